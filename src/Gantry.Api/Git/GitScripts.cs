namespace Gantry.Api.Git;

/// <summary>
/// The programs that sshd and git start for each push. They are shell, not .NET: four of them run in one push, and each
/// start of a runtime would be felt. What they decide, they ask this process.
/// </summary>
internal static class GitScripts
{
    private const string Head = "# Written by gantryd at each start: changes are lost.";

    /// <summary>Called by sshd as <c>authorized-keys TYPE KEY FINGERPRINT</c>.</summary>
    public static string AuthorizedKeys(GitPaths paths) => $$"""
        #!/bin/sh
        {{Head}}
        exec /usr/bin/curl -sS --max-time 10 --unix-socket {{paths.Socket}} \
          --data-urlencode "type=$1" --data-urlencode "key=$2" --data-urlencode "fingerprint=$3" http://git/keys

        """;

    /// <summary>The forced command: <c>git-session USER KEY</c>.</summary>
    public static string Session(GitPaths paths) => $$"""
        #!/bin/sh
        {{Head}}
        umask 077
        export PATH=/usr/bin:/bin LANG=C.UTF-8 HOME={{paths.Repositories}}
        export GIT_CONFIG_GLOBAL={{paths.GitConfig}} GIT_CONFIG_NOSYSTEM=1
        reply=$(curl -sS --max-time 30 --unix-socket {{paths.Socket}} --data-urlencode "user=$1" --data-urlencode "key=$2" \
          --data-urlencode "command=${SSH_ORIGINAL_COMMAND:-}" http://git/access) || {
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
        api() { curl -sS -N --unix-socket {{paths.Socket}} "$@"; }
        refuse() { printf ' !     %s\n' "$1"; exit 1; }
        lost() { refuse 'The platform does not answer now. Nothing was deployed by this push, or look at: gantry deployments'; }
        who="app=$GANTRY_APP&user=$GANTRY_USER"

        reply=$(api --data-binary @- "http://git/push?$who&shallow=$(git rev-parse --is-shallow-repository)") || lost
        case $reply in
          'deploy '*) commit=${reply#deploy } ;;
          *) refuse "$reply" ;;
        esac
        files=$(git ls-tree --name-only "$commit")
        [ -n "$files" ] || refuse 'The commit has no files, so there is nothing to build. Commit some and push again.'
        if [[ $'\n'$files$'\n' == *$'\n.gitmodules\n'* ]]; then
          echo ' !     Submodules are not fetched: their folders stay empty. Copy what they hold into the repository if the app needs it.'
        fi

        reply=$(git archive --format=tar "$commit" | api --max-time 600 -T - "http://git/source?$who"; printf '\n%s' "${PIPESTATUS[*]}")
        [[ $reply == source* || $reply == refused* ]] || lost
        [[ $reply == source* ]] || { reply=${reply#refused }; refuse "${reply%$'\n'*}"; }
        [[ ${reply##*$'\n'} == '0 0' ]] || refuse 'The source could not be packed. Check the repository with: git fsck'
        reply=${reply%%$'\n'*}
        reply=$(api -X POST "http://git/deploy?$who&commit=$commit&source=${reply#source }") || lost
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
        reply=$(api --retry 120 --retry-delay 1 --retry-all-errors "http://git/result?$who&deployment=$deployment") || lost
        [[ $reply == success ]] || refuse "$reply"

        """;

    /// <summary>Lets a clone check out the branch that was deployed last.</summary>
    public static string PostReceive() => $$"""
        #!/bin/sh
        {{Head}}
        read -r _ _ ref && git symbolic-ref HEAD "$ref"

        """;
}
