using System.CommandLine;
using System.Text;

namespace Gantry.Cli.Completion;

/// <summary>A zsh script that shows the descriptions beside the words.</summary>
internal static class ZshCompletion
{
    public static string Script(RootCommand root)
    {
        var script = new StringBuilder("#compdef gantry\n# zsh completion for gantry; made by: gantry completion zsh\n_gantry_words() {\n  commands=() options=()\n  case \"$1\" in\n");
        foreach (var entry in CompletionTable.Of(root))
            script.Append($"    '{entry.Path}') commands=({Words(entry.Commands)}) options=({Words(entry.Options)}) ;;\n");
        return script.Append(Body).ToString().ReplaceLineEndings("\n");
    }

    private static string Words(IEnumerable<(string Name, string Description)> words) =>
        string.Join(' ', words.Select(w => $"'{w.Name.Replace(":", "\\:")}:{w.Description.Replace("'", "’")}'"));

    private const string Body =
        """
            *) return 1 ;;
          esac
        }

        _gantry() {
          local path_='' word previous=${words[CURRENT-1]} i
          local -a commands options
          case $previous in
            -a|--app) compadd -- ${(f)"$(gantry apps --names 2>/dev/null)"}; return ;;
            --format) compadd table json; return ;;
            --from|--file) _files; return ;;
          esac
          for ((i = 2; i < CURRENT; i++)); do
            word=${words[i]}
            case $word in
              -a|--app|--format|--url) ((i++)) ;;
              -*) ;;
              *) _gantry_words "${path_:+$path_ }$word" && path_="${path_:+$path_ }$word" ;;
            esac
          done
          _gantry_words "$path_"
          if [[ ${words[CURRENT]} == -* ]]; then
            _describe -o option options
            return
          fi
          case $path_ in
            destroy) compadd -- ${(f)"$(gantry apps --names 2>/dev/null)"} ;;
            deploy|keys-add) _files ;;
            completion) compadd bash zsh ;;
            help) _gantry_words ''; commands+=('exit-codes:What the exit codes mean'); _describe command commands ;;
            *) _describe command commands ;;
          esac
        }

        if [[ ${funcstack[1]} == _gantry ]]; then
          _gantry "$@"
        else
          compdef _gantry gantry
        fi

        """;
}
