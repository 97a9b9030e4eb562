namespace Gantry.Api.Git;

/// <summary>
/// The programs that sshd and git start for each push. They are shell, not .NET: four of them run in one push, and each
/// start of a runtime would be felt. What they decide, they ask this process.
/// </summary>
internal static class GitScripts
{
    private const string Head = "# Written by gantryd at each start: changes are lost.";

    /// <summary>A function for sh and bash. Not curl: with its thirty libraries it takes ten times as long to start, six times in a push.</summary>
    private static string Ask(GitPaths paths) => $$"""
        # ask PATH BODY: leaves gantryd's answer, one whole line, in $reply; fails when there was none.
        cr=$(printf '\r')
        ask() {
          local LC_ALL=C
          reply=$(printf 'POST %s HTTP/1.0\r\nContent-Length: %s\r\n\r\n%s' "$1" "${#2}" "$2" | nc -U -w 30 {{paths.Socket}} 2>/dev/null | {
            while IFS= read -r line && [ "$line" != "$cr" ]; do :; done
            IFS= read -r line && printf '%s' "$line"
          })
        }
        """;

    /// <summary>Called by sshd as <c>authorized-keys TYPE KEY FINGERPRINT</c>.</summary>
    public static string AuthorizedKeys(GitPaths paths) => $$"""
        #!/bin/sh
        {{Head}}
        {{Ask(paths)}}
        ask /keys "$1
        $2
        $3" && printf '%s\n' "$reply"

        """;

    /// <summary>The forced command: <c>git-session USER KEY</c>.</summary>
    public static string Session(GitPaths paths) => $$"""
        #!/bin/sh
        {{Head}}
        umask 077
        export PATH=/usr/bin:/bin LANG=C.UTF-8 HOME={{paths.Repositories}}
        export GIT_CONFIG_GLOBAL={{paths.GitConfig}} GIT_CONFIG_NOSYSTEM=1
        {{Ask(paths)}}
        ask /access "$1
        ${SSH_ORIGINAL_COMMAND:-}" || {
          echo " !     The platform does not answer now. Try again in a moment." >&2
          exit 1
        }
        case $reply in
          'run '*) ;;
          *) printf '%s\n' "$reply" >&2; exit 1 ;;
        esac
        export GANTRY_USER="$1"
        # The process that holds the connection: when it ends, the pusher is gone. git does not tell its hooks.
        GANTRY_SESSION=$$
        until read -r name < "/proc/$GANTRY_SESSION/comm" && case $name in sshd*) ;; *) false ;; esac do
          while read -r name value; do [ "$name" != PPid: ] || GANTRY_SESSION=$value; done < "/proc/$GANTRY_SESSION/status"
          [ "$GANTRY_SESSION" -gt 1 ] || { echo " !     This command is for sshd only." >&2; exit 1; }
        done
        export GANTRY_SESSION
        set -- $reply
        export GANTRY_APP="$3"
        repository={{paths.Repositories}}/$3.git
        [ -e "$repository/HEAD" ] || git init -q --bare -b main "$repository" || exit 1
        exec git "$2" "$repository"

        """;

    public static string PreReceive(GitPaths paths) => $$"""
        #!/bin/bash
        {{Head}}
        {{Ask(paths)}}
        refuse() { printf ' !     %s\n' "$1"; exit 1; }
        lost() { refuse 'The platform does not answer now. Nothing was deployed by this push, or look at: gantry deployments'; }
        who="app=$GANTRY_APP&user=$GANTRY_USER"

        ask "/push?$who&shallow=$(git rev-parse --is-shallow-repository)" "$(cat)" || lost
        case $reply in
          'deploy '*) commit=${reply#deploy } ;;
          *) refuse "$reply" ;;
        esac
        files=$(git ls-tree --name-only "$commit")
        [ -n "$files" ] || refuse 'The commit has no files, so there is nothing to build. Commit some and push again.'
        if [[ $'\n'$files$'\n' == *$'\n.gitmodules\n'* ]]; then
          echo ' !     Submodules are not fetched: their folders stay empty. Copy what they hold into the repository if the app needs it.'
        fi

        reply=$(git archive --format=tar "$commit" | curl -sS --max-time 600 --unix-socket {{paths.Socket}} -T - "http://git/source?$who"; printf '\n%s' "${PIPESTATUS[*]}")
        [[ $reply == source* || $reply == refused* ]] || lost
        [[ $reply == source* ]] || { reply=${reply#refused }; refuse "${reply%$'\n'*}"; }
        [[ ${reply##*$'\n'} == '0 0' ]] || refuse 'The source could not be packed. Check the repository with: git fsck'
        reply=${reply%%$'\n'*}
        ask "/deploy?$who&commit=$commit&source=${reply#source }" '' || lost
        [[ $reply == 'deployment '* ]] || refuse "$reply"
        deployment=${reply#deployment }

        # A platform that restarts goes on with the deployment: what was not shown yet follows when it is back.
        count=$(mktemp) || lost
        trap 'rm -f "$count"' EXIT
        shown=0 tries=0
        follow() {
          curl -s -N --unix-socket {{paths.Socket}} -w '%{stderr}%{size_download}' \
            "http://git/output?$who&deployment=$deployment&shown=$shown" 2>"$count" &
          follower=$!
          (while [ -d "/proc/$GANTRY_SESSION" ]; do sleep 1; done; kill $follower) </dev/null >/dev/null 2>&1 &
          watcher=$!
          wait $follower
          ended=$? more=$(cat "$count")
          kill $watcher 2>/dev/null
          [ "${more:-0}" = 0 ] || tries=0
          shown=$((shown + ${more:-0}))
          return $ended
        }
        until follow; do
          [ -d "/proc/$GANTRY_SESSION" ] || exit 1
          [ $((tries += 1)) -le 120 ] || refuse 'The platform stopped answering; the deployment may go on. Look at: gantry deployments'
          sleep 1
        done
        tries=0
        until ask "/result?$who&deployment=$deployment" ''; do
          [ $((tries += 1)) -le 120 ] || lost
          sleep 1
        done
        [[ $reply == success ]] || refuse "$reply"

        """;

    /// <summary>Lets a clone check out the branch that was deployed last.</summary>
    public static string PostReceive() => $$"""
        #!/bin/sh
        {{Head}}
        read -r _ _ ref && git symbolic-ref HEAD "$ref"

        """;
}
