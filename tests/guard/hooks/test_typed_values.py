"""A value that was typed on the line is recognised by its form, in whatever form, and nothing else is touched."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.guard.hooks.typed_values import scrub

V = "hunter2-correct/horse"


@pytest.mark.parametrize(
    "source",
    [
        f"%secret set K {V}",
        f"%secret set K '{V}'",
        f"%secret set K={V}",
        f"%secret set K = {V}",
        f"%secret set K --value={V}",
        f"%secret set K --value {V}",
        f"%secret set --description 'a b' K {V}",
        f"%secret set K --description x {V} --label a",
        f"%secret set K \\\n  {V}",
        f"%secret set K {V}?",
        f"%secret \\\n  set K {V}",
        f"%%ai gpt\n%secret set K {V}",
        f"%secret\tset\tK\t{V}",
        f"%secret\xa0set\xa0K\xa0{V}",
        f"%%secret\xa0set K\n{V}",
        f"% secret set K {V}",
        f"%secret sett K {V}",
        f"%secret add K={V}",
        f"secret set K {V}",
        f"x = 1\n%secret set K {V}\ny = 2",
        f"x = 1\r\n%secret set K {V}\r\ny = 2",
        f"if x:\n    %secret set K {V}\n",
        f"async def f():\n    %secret set K {V}",
        f"x = %secret set K {V}",
        f"import os; %secret set K {V}",
        f"t = '''\n'''\n%secret set K {V}",
        f"a = 'it'; b = \"it's\"\n%secret set K {V}",
        f"%time %secret set K {V}",
        f"%timeit -n1 -r1 %secret set K {V}",
        f"%%time\n%secret set K {V}\n",
        f"%%capture\n%secret set K {V}",
        f"%%secret A\n%secret set K {V}",
        f"%%secret set K\n{V}",
        f"%%secret set K {V}\nprint(1)",
        f"%%time\n%%secret set K\n{V}",
        f"%%secret A as a\n\n%%capture x\n%%secret set K\n{V}\nmore",
        f"# for the model\n%%secret set K --label a\n{V}",
        f"x = 1\n  %%secret set K\n\n{V}\n",
        f"%secret set K -----BEGIN X-----\n{V}\n-----END X-----\nprint(2)",
        f'%secret set K "{V}\n{V}"\nprint(3)',
        f"get_ipython().run_line_magic('secret', 'set K {V}')",
        f"get_ipython().run_line_magic(magic_name='secret', line=\"set K {V}\")",
        f"get_ipython().run_cell_magic('secret', 'set K', '''{V}''')",
        f"get_ipython().run_cell('%secret set K {V}')",
        f"get_ipython().magic('secret set K {V}')",
    ],
)
def test_a_typed_value_is_taken_out_and_named(source: str) -> None:
    """However the command is written, the value is out of the source, and is handed on under its name."""
    text, typed = scrub(source)
    assert V not in text
    assert "[secret:K]" in text
    assert any(name == "K" and V in value for name, value in typed)


def test_a_cell_magic_in_the_middle_of_a_cell_is_refused_as_a_line() -> None:
    """IPython knows no cell magic there; what follows it is the value all the same, and the command says so."""
    assert scrub(f"x = 1\n%%secret set K\n{V}\ny")[0] == "x = 1\n%secret set K [secret:K]\n"
    assert scrub("x = 1\n%%secret set K\n") == ("x = 1\n%%secret set K\n", [])


@pytest.mark.parametrize(
    "source",
    [
        "%secret set K",
        "%secret set K\nfoo",
        "%secret set K --description 'my key' --label x --expires 2030-01-01",
        "%secret set K --from-var x\n\nprint('a')",
        "%secret set K --fromvar",
        "%secret set K -h",
        "%secret get A as b C --all",
        "%secret store K",
        "%secret edit K --label a --description='x y'",
        "%secret project demo --provider local  # a comment",
        "%secret list --help",
        "%secret delete -- -A",
        "%%secret K as k J --env\nprint(-k, x --y)",
        "from secret import get\nprint(-1)",
        "%secret get A\nset(secret)",
        "%%secret A\nprint(1)",
        "%%secret A as set\n1",
        "%%secret set as x\n1",
        "'''\n%secret set K v\n'''",
        "print('secret set K v')",
        "# %secret set K to store it",
        "%%writefile x.md\n%secret set K v",
        "%%bash\nsecret set K v",
        "%time !az keyvault secret set --vault-name kv --name foo --value bar",
        "%sx az keyvault secret set --vault-name kv --name foo",
        "%timeit -n1 -r1 print('az keyvault secret set --name foo --value bar')",
        "%%ai gpt\nPlease explain how the\nsecret set by Kubernetes gets mounted",
        "mysecret = set(x)",
        "secret = set (1)",
        "",
    ],
)
def test_everything_else_stays_as_it_is(source: str) -> None:
    """Options, names and ordinary code are no values."""
    assert scrub(source) == (source, [])


@pytest.mark.parametrize(
    "source", ["%secret set K # {}", "%secret set K --label a  #{}\nx = 1", "%%secret set K # {}\n"]
)
def test_a_comment_is_taken_out_and_no_value(source: str) -> None:
    """Whatever it says, since it may be the value; the command is run with what stands before it."""
    text, typed = scrub(source.format("for the model's sake"))
    assert text == source.format("[secret:K]")
    assert typed == []
    assert scrub(text) == (text, [])


def test_code_around_the_command_stays() -> None:
    """Other lines, and a comment behind the value, are as they were typed."""
    assert scrub(f"a = 1\n%secret set K {V} # no\nb = 2")[0] == "a = 1\n%secret set K [secret:K]\nb = 2"


def test_behind_an_option_that_is_none_every_word_may_be_the_value() -> None:
    """Whichever it is, it is in no text that goes on; the refusal names neither."""
    for source in (f"%secret set --value {V} K", f"%secret set --quick K {V}"):
        text, typed = scrub(source)
        assert V not in text
        assert V in {value for _, value in typed}


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("%secret set K --fromvar {}", "%secret set K --fromvar [secret:K]"),
        ("%secret set K --value={} --label a", "%secret set K --value=[secret:K] --label a"),
        ("%secret set K -from-file {}", "%secret set K -from-file [secret:K]"),
        ("secret edit K --descripton '{}'", "secret edit K --descripton [secret:K]"),
        ("%secret get K --value={}\nx = 1", "%secret get K --value=[secret:K]\nx = 1"),
        ("%secret import f --token {} # no", "%secret import f --token [secret:f]"),
        ("%%secret K as k --value {}\nprint(k)", "%%secret K as k --value [secret:K]\nprint(k)"),
        ("%secret delete --force={}", "%secret delete --force=[secret:value]"),
        ("%secret delete K --yes={}", "%secret delete K --yes=[secret:K]"),
        ("get_ipython().run_line_magic('secret', 'edit K --text {}')", None),
    ],
)
def test_what_stands_behind_a_mistyped_option_is_taken_out(source: str, left: str | None) -> None:
    """In any command: it may be a value; the option itself stays, so that the command can name it."""
    text, typed = scrub(source.format(V))
    assert text == left or (left is None and V not in text and "[secret:K]" in text)
    assert V in {value for _, value in typed}


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("!jupyter secrets set K {}", "!jupyter secrets set K [secret:K]"),
        ("!jupyter-secrets set K={}", "!jupyter-secrets set K=[secret:K]"),
        ("!!jupyter secrets set K '{}' 2>&1", "!!jupyter secrets set K [secret:K] 2>&1"),
        ("x = 1\nout = !jupyter secrets set K {}\ny", "x = 1\nout = !jupyter secrets set K [secret:K]\ny"),
        ("if x:\n    !jupyter secrets set K \\\n {}", "if x:\n    !jupyter secrets set K \\\n [secret:K]"),
        ('!cd "a b" && jupyter secrets set K {}; ls', '!cd "a b" && jupyter secrets set K [secret:K]; ls'),
        ("!jupyter secrets --project demo set K {} | cat", "!jupyter secrets --project demo set K [secret:K] | cat"),
        ("!jupyter secrets set K --project demo {}", "!jupyter secrets set K --project demo [secret:K]"),
        ("!jupyter secrets set K --value {}", "!jupyter secrets set K --value [secret:K]"),
        ("!jupyter secrets set K {}&1;2", "!jupyter secrets set K [secret:K]"),
    ],
)
def test_a_value_typed_behind_the_terminals_command_is_taken_out(source: str, left: str) -> None:
    """As behind the magic, by the options of a terminal; what the shell does besides stays."""
    text, typed = scrub(source.format(V))
    assert text == left
    assert any(name == "K" and V in value for name, value in typed)
    assert scrub(text) == (text, [])


@pytest.mark.parametrize(
    "source",
    [
        "!jupyter secrets set K",
        "!jupyter secrets set K --from-file - < key.txt",
        "!cat key.txt | jupyter secrets set K --from-file -",
        "!jupyter secrets set K --from-env E >log 2>&1; ls",
        "!jupyter secrets --provider=local set K --from-file=k && ls x",
        "!jupyter secrets get K",
        "!jupyter labextension list",
        "assert a != 'jupyter secrets set K x'",
        "t = '''\n!jupyter secrets set K x\n'''",
        "# !jupyter secrets set K x",
        "%%bash\njupyter secrets set K x",
    ],
)
def test_a_command_of_the_terminal_without_a_value_stays(source: str) -> None:
    """Nor is a text or a comment such a command."""
    assert scrub(source) == (source, [])


@pytest.mark.parametrize("word", ["-Tr0ub4dor&3", "--Tr0ub4dor&3", "--a-value-of-many-lower-case-words"])
def test_a_value_that_begins_with_a_hyphen_is_no_option(word: str) -> None:
    """Wherever it stands among the words of ``set``, it is taken out itself."""
    for source in (f"%secret set K {word}", f"%secret set {word} K", f"%secret set K --label a {word}"):
        text, typed = scrub(source)
        assert word not in text
        assert any(word in value for _, value in typed)


def test_the_value_is_learnt_as_it_was_meant() -> None:
    """Without its quotes; and of several words the whole and each that may be the value alone."""
    assert {value for _, value in scrub("%secret set K 'correct horse'")[1]} >= {"correct horse"}
    assert {value for _, value in scrub("%secret set K correct horse")[1]} >= {"correct horse", "horse"}


@pytest.mark.parametrize(
    "source", ["%secret set A {}", "%secret set A '{}'", "%secret set A={}", "%%secret set A\n{}\n"]
)
def test_a_mark_that_was_typed_is_no_value(source: str) -> None:
    """Nor is one that stands where a typed value was."""
    assert scrub(source.format("[secret:A]"))[1] == []
    assert scrub(scrub(source.format("hunter2-correct-horse"))[0])[1] == []
