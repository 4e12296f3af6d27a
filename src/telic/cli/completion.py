"""`telic completion SHELL`: a script that completes verbs, studies and options.

The words are read from the help texts, so that there is no second list of them.
"""

import contextlib
import io
import re
from collections.abc import Sequence

from telic.cli import known
from telic.core.errors import InputError
from telic.core.names import check_name

HELP = """usage: telic completion bash|zsh|fish

Print a script by which TAB completes verbs, studies, options and experiments.

  bash   eval "$(telic completion bash)"         in ~/.bashrc
  zsh    eval "$(telic completion zsh)"          in ~/.zshrc, after compinit
  fish   telic completion fish | source          in ~/.config/fish/config.fish"""

BASH = """_telic() {{
  local name="" word="${{COMP_WORDS[COMP_CWORD]}}" words=""
  local runs="${{TELIC_ROOT:-telic_runs}}"
  local at="${{COMP_WORDS[1]}} ${{COMP_WORDS[2]}}"
  if [ "$COMP_CWORD" -le 1 ]; then at=""; fi
  if [ "$COMP_CWORD" -eq 2 ]; then at="${{COMP_WORDS[1]}}"; fi
  case "$at" in
{cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ "$COMP_CWORD" -le 1 ]; then return; fi
  for name in "$runs"/*/; do  # a stranger's: plain names, and nothing is expanded
    name="${{name%/}}" && name="${{name##*/}}"
    if [[ "$name" =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && "$name" == "$word"* ]]; then
      COMPREPLY+=("$name")
    fi
  done
}}
complete -o default -F _telic telic
"""

ZSH = "autoload -U +X bashcompinit && bashcompinit\n"

FISH = "complete -c telic -n '{where}' {files}-a '{words}'"


def run(argv: Sequence[str]) -> int:
    """Print the script of a shell."""
    if not argv or argv[0] in ("-h", "--help"):
        print(HELP)
        return 0 if argv else 2
    shell = check_name(argv[0], SHELLS, kind="shell")
    if len(argv) > 1:
        raise InputError(
            f"one argument too many: {argv[1]}",
            why="telic completion takes a shell and nothing more",
            fix=f"telic completion {shell}",
        )
    print(SHELLS[shell](completions()))
    return 0


def completions() -> dict[str, list[str]]:
    """The words that may follow nothing, a verb, or a verb and its first word.

    Example:
        >>> completions()["train"]
        ['alternation', 'landing', '--help']
    """
    from telic.cli.main import VERBS

    studies = {
        "train": known.names(known.EXPERIMENTS),
        "study": (*known.names(known.STUDIES), *known.names(known.VARIANTS)),
    }
    found: dict[str, list[str]] = {"": [*VERBS, "--help", "--version"]}
    for verb in VERBS:
        offered = [*studies.get(verb, ()), *_in_help([verb])]
        found[verb] = [*offered, "--help"]
        for name in offered:
            if not name.startswith("-"):
                found[f"{verb} {name}"] = [*_in_help([verb, name]), "--help"]
    return found


def _in_help(command: Sequence[str]) -> list[str]:
    """The options in the help of a command, or the choices in its usage line."""
    from telic.cli.main import module_of

    verb, *more = command
    said = io.StringIO()
    done = contextlib.suppress(SystemExit, InputError)
    with contextlib.redirect_stdout(said), done:
        module_of(verb).run([*more, "--help"])
    text = said.getvalue()
    usage = re.search(r"\b\w+(?:\|\w+)+", text.partition("\n")[0])
    if usage:
        return usage[0].split("|")
    flags = re.findall(r"(?m)^[│ ]*(?:-h, )?(--[a-z][a-z-]*)", text)
    return [flag for flag in dict.fromkeys(flags) if flag != "--help"]


def bash(found: dict[str, list[str]]) -> str:
    """The script for bash."""
    verbs = {place for place in found if " " not in place}
    cases = []
    for place, offered in sorted(found.items(), reverse=True):
        pattern = f'"{place}"' if place in verbs else f'"{place}"*'
        cases.append(f'    {pattern}) words="{" ".join(offered)}" ;;')
        if place and place in verbs:
            more = " ".join(w for w in offered if w.startswith("--"))
            cases.append(f'    "{place} "*) words="{more}" ;;')
    return BASH.format(cases="\n".join(cases))


def zsh(found: dict[str, list[str]]) -> str:
    """The script for zsh, which understands that of bash."""
    return ZSH + bash(found)


def fish(found: dict[str, list[str]]) -> str:
    """The script for fish."""
    lines = []
    for place, offered in found.items():
        seen = [f"__fish_seen_subcommand_from {word}" for word in place.split()]
        where = "; and ".join(seen) or "__fish_use_subcommand"
        files = "" if place else "-f "
        lines.append(FISH.format(where=where, files=files, words=" ".join(offered)))
    return "\n".join(lines)


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
"""The function that makes the script of each shell."""
