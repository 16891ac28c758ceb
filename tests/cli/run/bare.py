"""Commands that print the same each time, for a comparison with and without the relay. A line each."""

QUICK = r"""
echo plain
printf 'no line break at the end'
printf 'a\tb\rc\n\x1b[1;31mred\x1b[0m\x07'
printf '\xff\xfe\x00bytes\n'
printf 'wide: äöü 日本語 🎉\n'
seq 1 3000
head -c 200000 /dev/zero | base64
ls -C --color=always /usr
stty -a
test -t 0 && test -t 1 && test -t 2 && echo a terminal
tput cols; tput lines; tput smcup; tput cup 5 5; echo here; tput rmcup
for i in 1 2 3 4 5 6 7 8; do printf '\rprogress %d0%%' $i; sleep 0.02; done; echo
sh -c 'echo out; echo err >&2; echo out again; exit 3'
git --version
git -c color.ui=always log --oneline -20
git -c color.ui=always -c core.pager=cat log -p -2
git -c color.ui=always diff --stat HEAD~2 HEAD
git blame -- Makefile
git status --short --branch --ignored=no -- docs
git help -a | cat
curl --silent --show-error file:///etc/passwd
curl --no-progress-meter file:///nonexistent
curl --help all
PYTHON -m pip --version
PYTHON -m pip --help
PYTHON -m pip show --files pip
PYTHON -c 'def f(x): return 1 / x' -c 0
PYTHON -c '1 / 0'
PYTHON -c 'raise KeyError("a" * 300)'
PYTHON -c 'import sys; sys.exit("why")'
PYTHON -c 'from tqdm import tqdm; [None for _ in tqdm(range(50), bar_format="{l_bar}{bar}|", mininterval=0)]'
PYTHON -c 'import rich; from rich.table import Table; t = Table("a", "b"); t.add_row("[red]x", "y"); rich.print(t)'
PYTHON -c 'import curses; curses.wrapper(lambda s: (s.addstr(3, 3, "curses"), s.border(), s.refresh()))'
less Makefile
cat LICENSE | less -FX | head -50
vi -u NONE -N -c ':syntax on' -c ':$' -c ':q!' pyproject.toml
vim -u NONE -N --not-a-term -c ':help' -c ':qa!'
grep --color=always -rn def tests/cli/run/at_terminal.py
sed -n 1,40p CHANGELOG.md
awk 'BEGIN { for (i = 0; i < 200; i++) printf "%5d%s", i, i % 10 ? " " : "\n" }'
kill -TERM $$
""".strip().splitlines()

_FAMILIES = r"""
@ --help: ls cat sort cut tr head tail wc du df grep sed find xargs tar gzip date uname env od join comm paste fold
@ --version: ls cat sort cut tr head tail wc du df grep sed find xargs tar gzip date uname env od join comm paste fold
@ --no-such-option: ls cat sort cut tr head tail wc du df grep sed find xargs tar gzip date uname env od join comm
git help @ | cat: add commit log rebase worktree config
git @ -h: add branch commit diff fetch log merge pull push rebase reset show stash tag
PYTHON -m @ --help: venv json.tool zipfile tarfile ast pdb dis calendar timeit unittest compileall tokenize trace
PYTHON -m pip @ --help: install list show freeze check config cache index
PYTHON -m calendar -L C.UTF-8 @: 2020 2021 2022 2023 2024 2025 2026 2027
PYTHON -c 'import @; @.no_such': json re socket asyncio decimal
PYTHON -c 'raise @("why")': ValueError KeyError OSError RuntimeError StopIteration AssertionError
curl --help @: auth connection dns file ftp http imap misc output pop3 post proxy smtp tls upload verbose
git -c color.ui=always log --graph --oneline -@: 1 5 20 100
seq 1 @ | pr -T -5 -l 20: 50 500 5000
head -c @ LICENSE | od -c: 1 100 10000
less +@ pyproject.toml: 1 20 50
vi -u NONE -N -c ':@' -c ':q!' Makefile: 1 20 60
printf '%@s|\n' x: 1 79 80 81 160
"""
SOAK = [
    *QUICK,
    *(
        template.replace("@", word)
        for template, _, words in (line.rpartition(": ") for line in _FAMILIES.strip().splitlines())
        for word in words.split()
    ),
]
