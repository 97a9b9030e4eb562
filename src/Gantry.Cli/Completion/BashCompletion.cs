using System.CommandLine;
using System.Text;

namespace Gantry.Cli.Completion;

/// <summary>A bash script that knows all commands and options itself, so that Tab answers at once.</summary>
internal static class BashCompletion
{
    public static string Script(RootCommand root)
    {
        var script = new StringBuilder("# bash completion for gantry; made by: gantry completion bash\n_gantry_words() {\n  case \"$1\" in\n");
        foreach (var entry in CompletionTable.Of(root))
            script.Append($"    '{entry.Path}') echo '{string.Join(' ', entry.Commands.Select(c => c.Name))}|{string.Join(' ', entry.Options.Select(o => o.Name))}' ;;\n");
        return script.Append(Body).ToString().ReplaceLineEndings("\n");
    }

    private const string Body =
        """
            *) return 1 ;;
          esac
        }

        _gantry_files() {
          compopt -o filenames
          local IFS=$'\n'
          COMPREPLY=($(compgen -f -- "$1"))
        }

        _gantry() {
          local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path='' words i word
          COMPREPLY=()
          case "$previous" in
            -a|--app) COMPREPLY=($(compgen -W "$(gantry apps --names 2>/dev/null)" -- "$current")); return ;;
            --format) COMPREPLY=($(compgen -W 'table json' -- "$current")); return ;;
            --from|--file) _gantry_files "$current"; return ;;
          esac
          for ((i = 1; i < COMP_CWORD; i++)); do
            word=${COMP_WORDS[i]}
            case "$word" in
              -a|--app|--format|--url) i=$((i + 1)) ;;
              -*) ;;
              *) if _gantry_words "${path:+$path }$word" >/dev/null; then path="${path:+$path }$word"; fi ;;
            esac
          done
          words=$(_gantry_words "$path")
          case "$current" in
            -*) COMPREPLY=($(compgen -W "${words#*|}" -- "$current")) ;;
            *)
              case "$path" in
                destroy) COMPREPLY=($(compgen -W "$(gantry apps --names 2>/dev/null)" -- "$current")) ;;
                deploy|keys-add) _gantry_files "$current" ;;
                completion) COMPREPLY=($(compgen -W 'bash zsh' -- "$current")) ;;
                help) COMPREPLY=($(compgen -W "$(_gantry_words '' | cut -d'|' -f1) exit-codes" -- "$current")) ;;
                *) COMPREPLY=($(compgen -W "${words%%|*}" -- "$current")) ;;
              esac ;;
          esac
        }

        complete -F _gantry gantry

        """;
}
