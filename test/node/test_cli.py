"""The command line: help for everything, JSON that parses, exit statuses that mean something, plain words."""

import json
import os
import pty
import re
import shutil
import subprocess

import pytest

from entente import (BAD_INPUT, DENIED, ENTENTE, STATE, EXISTS, UNAVAILABLE, USAGE, VERIFY, environment, run)

COMMANDS = """init key charter join serve status log verify sign interest accede ratify withdraw suspend resume say submit
    put get list release recall erase sync bundle rebuild doctor help completion demo""".split()


@pytest.fixture(scope="module")
def pair(shared):
    t = shared(["ALB", "HRV"])
    t.sign_all()
    for node in t:
        node.stop()
    return t


@pytest.mark.parametrize("command", COMMANDS)
def test_help(program, tmp_path, command):
    for args in ([command, "--help"], ["help", command], [command, "-h", "--json"]):
        done = run(*args, cwd=tmp_path)
        assert f"entente {command}" in done.stdout and "\x1b" not in done.stdout and not done.stderr


def test_overview_names_every_command(program, tmp_path):
    overview = run("help", cwd=tmp_path).stdout
    assert run(cwd=tmp_path).stdout == run("--help", cwd=tmp_path).stdout == overview
    listed = set(re.findall(r"^ +(?:entente )?([a-z]+)", overview, re.M))
    assert set(COMMANDS) <= listed


def test_man_page(program, tmp_path):
    # A word that a command takes first is found below it; any other is not.
    assert run("help", "user", "add", cwd=tmp_path).stdout == run("help", "user", cwd=tmp_path).stdout
    assert "no such command" in run("help", "user", "nobody", cwd=tmp_path, status=64).stderr
    page = run("help", "--man", cwd=tmp_path).stdout
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b", page)
    if not shutil.which("groff"):
        pytest.skip("no groff to read it with")
    (tmp_path / "entente.1").write_text(page)
    done = subprocess.run(["groff", "-Kutf8", "-man", "-ww", "-Tutf8", "-z", tmp_path / "entente.1"], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(program, tmp_path, shell):
    script = run("completion", shell, cwd=tmp_path).stdout
    for command in COMMANDS:
        assert command in script
    assert "--coalition" in script or "coalition" in script
    if not shutil.which(shell):
        pytest.skip(f"no {shell} to read it with")
    done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_bash_completes_commands_and_options(program, tmp_path):
    (tmp_path / "script").write_text(run("completion", "bash", cwd=tmp_path).stdout)
    ask = """. ./script
        COMP_WORDS=(entente "$@"); COMP_CWORD=$#
        COMP_LINE="entente $*"; COMP_POINT=${#COMP_LINE}
        complete_with=$(complete -p entente | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        "$complete_with" entente "${@: -1}" entente; printf '%s\\n' "${COMPREPLY[@]}" """

    def complete(*words):
        return subprocess.run(["bash", "-c", ask, "ask", *words], cwd=tmp_path, capture_output=True, text=True).stdout.split()
    assert "withdraw" in complete("with")
    assert "--to" in complete("put", "--t")
    assert "case" in complete("cyber", "ca") and "new" in complete("cyber", "case", "ne")
    assert "--severity" in complete("cyber", "case", "new", "--sev")


def test_help_goes_as_deep_as_commands_do(program, tmp_path):
    for words in (["cyber", "case", "new"], ["cyber", "case"], ["cyber"]):
        said = run("help", *words, cwd=tmp_path).stdout
        assert said == run(*words, "--help", cwd=tmp_path).stdout and said.startswith("usage: entente " + " ".join(words) + " ")
    assert "entente cyber case nothing" not in run("help", "cyber", "case", "nothing", cwd=tmp_path, status=64).stdout
    assert "entente cyber case new" in run("help", "--man", cwd=tmp_path).stdout
    assert "see entente help cyber case" in run("cyber", "case", "nothing", cwd=tmp_path, status=64).stderr


def test_a_letter_of_every_command_means_nothing_else(program, tmp_path):
    """-C DIR, -c NAME and the others stand behind any command: none of a command's own options takes the letter away."""
    common = dict(re.findall(r"^ +-(\w), --([a-z-]+)", run("help", cwd=tmp_path).stdout, re.M))
    assert common["C"] == "dir" and common["q"] == "quiet"
    page = run("help", "--man", cwd=tmp_path).stdout.replace("\\-", "-")
    used = set(re.findall(r"^\.B -(\w), --([a-z-]+)", page, re.M))
    assert ("l", "label") in used and {(k, v) for k, v in used if k in common} == set(common.items())


def test_json_of_every_reading_command(pair):
    alb = pair["ALB"]
    record = alb.put("hello")
    for args in (["status"], ["list"], ["get", record], ["log", "verify"], ["rebuild"], ["key", "fingerprint"],
                 ["key", "fingerprint", alb.root], ["charter", "hash", pair.charter], ["verify", alb.root],
                 ["put", "x"], ["release", record, "--to", "HRV"], ["erase", record]):
        done = alb.run(*args, "--json")
        assert isinstance(json.loads(done.stdout), dict), args
        assert done.stdout.count("\n") == 1, "one line"
    assert json.loads(alb.run("doctor", "--json", status=None).stdout)["checks"]
    assert json.loads(alb.run("sync", "--json", status=None).stdout or "{}") is not None


def test_colours_only_on_a_terminal(pair):
    alb = pair["ALB"]
    for args in (["status"], ["list"], ["doctor"], ["log", "verify"]):
        done = alb.run(*args, status=None)
        assert "\x1b" not in done.stdout + done.stderr, args

    def on_terminal(*args, **extra):
        master, slave = pty.openpty()
        process = subprocess.Popen([ENTENTE, "-C", alb.dir, *args], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
                                   env={**environment(alb.path), **extra}, close_fds=True)
        os.close(slave)
        out = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the terminal is gone
                break
            if not piece:
                break
            out += piece
        os.close(master)
        assert process.wait() == 0
        return out
    assert b"\x1b[" in on_terminal("log", "verify")
    assert b"\x1b[" not in on_terminal("log", "verify", NO_COLOR="1")
    assert b"\x1b[" not in on_terminal("log", "verify", "--no-colour")


USAGE_ERRORS = [
    ["frobnicate"], ["put", "--frobnicate", "x"], ["put", "--to"], ["get"], ["get", "a", "b"], ["list", "--limit", "0"],
    ["list", "--limit", "many"], ["put", "x", "--mode", "unreal"], ["put"], ["status", "--json=1"], ["log", "frobnicate"],
    ["log", "prove"], ["key", "frobnicate"], ["bundle", "export", "x"], ["release"], ["init"],
    ["charter", "new"], ["put", "x", "--to", "HRV", "--to", "HRV"], ["completion", "csh"]]


@pytest.mark.parametrize("args", USAGE_ERRORS, ids=" ".join)
def test_wrong_usage_is_64(pair, args):
    done = pair["ALB"].run(*args, status=USAGE)
    assert done.stderr.startswith("entente: ") and done.stderr.count("\n") == 1 and not done.stdout


# What was wrong, and the word by which the message names it.
BAD = [
    (BAD_INPUT, "label", ["put", "x", "--label", "NO-SUCH-CLASS"]),
    (BAD_INPUT, "label", ["put", "x", "--label", "UNCLASSIFIED TLP=PURPLE"]),
    (BAD_INPUT, "until", ["put", "x", "--until", "tomorrow"]),
    (BAD_INPUT, "until", ["put", "x", "--until", "2025-02-30T00:00:00Z"]),
    (BAD_INPUT, "title", ["put", "x", "--title", "x" * 201]),
    (BAD_INPUT, "effective", ["withdraw", "--effective", "2025-13-01"]),
    (BAD_INPUT, "said", ["say", "q", "--about", "BGR", "--speaker", "s", "--where", "w", "--date", "yesterday"]),
    (UNAVAILABLE, "XYZ", ["put", "x", "--to", "XYZ"]),
    (UNAVAILABLE, "not-there", ["put", "x", "--file", "not-there"]),
    (UNAVAILABLE, "nowhere", ["status", "-c", "nowhere"]),
    (UNAVAILABLE, "OBJECT", ["get", "aaaaaaaa"]),
    (USAGE, "speaker", ["say", "q", "--about", "BGR"]),
    (USAGE, "claim", ["say", "q", "--about", "B", "--speaker", "s", "--where", "w", "--date", "2025-01-01", "--claim", "x"]),
]


@pytest.mark.parametrize("status, word, args", BAD, ids=[" ".join(row[2])[:60] for row in BAD])
def test_bad_input_names_the_field(pair, status, word, args):
    before = pair["ALB"].sizes()
    done = pair["ALB"].run(*args, status=status)
    assert word in done.stderr and done.stderr.count("\n") == 1
    assert pair["ALB"].sizes() == before


def test_bad_files_are_65_and_name_the_place(pair, tmp_path):
    alb = pair["ALB"]
    charter = pair.charter.read_text()
    for broken, word in ((charter.replace("entente-charter/1", "entente-charter/9"), "line 1"), ("", ""),
                         (charter.replace("fold 1", "fold one"), "line"), (charter.replace("\n", "\r\n"), "line")):
        (tmp_path / "bad").write_text(broken, newline="")
        assert word in run("charter", "hash", tmp_path / "bad", cwd=tmp_path, status=BAD_INPUT).stderr
    (tmp_path / "bad").write_bytes(charter.encode() + b"\xff\xfe")
    run("charter", "hash", tmp_path / "bad", cwd=tmp_path, status=BAD_INPUT)
    for text in ("", "hello\n", "entente-root/1\n", "entente-fork/1\n", "c2sp.org/tlog-proof@v1\n", "entente/x\n"):
        (tmp_path / "bad").write_text(text)
        run("verify", tmp_path / "bad", "--root", alb.root, cwd=tmp_path, status=BAD_INPUT)
    (tmp_path / "bad").write_text("<!doctype html>\n<title>Register</title>\n")
    assert "/public/COALITION.public" in run("verify", tmp_path / "bad", cwd=tmp_path, status=BAD_INPUT).stderr
    (tmp_path / "bad").write_bytes(alb.root.read_bytes().replace(b"label ALB", b"label ALX"))
    run("verify", tmp_path / "bad", cwd=tmp_path, status=VERIFY)
    (tmp_path / "bad").write_bytes(b"{}\n" + b"\0" * 10)
    alb.run("put", "--batch", tmp_path / "bad", status=BAD_INPUT)


def test_other_exit_statuses(pair, tmp_path):
    alb = pair["ALB"]
    run("status", "-C", tmp_path / "no-node", cwd=tmp_path, status=UNAVAILABLE)
    run("init", "--label", "ALB", "-C", alb.dir, cwd=tmp_path, status=EXISTS)
    alb.run("put", "x", "--to", "HRV")
    record = alb.put("mine")
    (tmp_path / "out").write_text("precious")
    alb.run("get", record, "--raw", "-o", tmp_path / "out", status=EXISTS)
    assert (tmp_path / "out").read_text() == "precious"
    run("key", "new", "officer", tmp_path / "o.key", cwd=tmp_path)
    alb.run("withdraw", "--officer", tmp_path / "o.key", status=DENIED)
    alb.run("ratify", "HRV", status=STATE)
    alb.run("sync", status=UNAVAILABLE)  # the partner does not serve
    (tmp_path / "pass").write_text("correct horse\n")
    run("key", "new", "officer", tmp_path / "sealed.key", "--seal", "--pass-file", tmp_path / "pass", cwd=tmp_path)
    assert b"seed" not in (tmp_path / "sealed.key").read_bytes()
    (tmp_path / "wrong").write_text("battery staple\n")
    alb.run("withdraw", "--officer", tmp_path / "sealed.key", "--pass-file", tmp_path / "wrong", status=DENIED)
    alb.run("withdraw", "--officer", tmp_path / "sealed.key", status=DENIED)


@pytest.mark.parametrize("option, value", [
    ("--endpoint", "http://node.example.org"), ("--endpoint", "https://"), ("--endpoint", "https://h:65536"), ("--allow", "10.0.0.0"),
    ("--allow", "10.0.0.0/33"), ("--listen", "127.0.0.1:65536"), ("--peer-listen", "8471"), ("--database", "node.db"),
    ("--threshold", "2"), ("--label", ""), ("--label", " "), ("--label", "x" * 65)], ids=str)
def test_init_refuses_and_leaves_nothing(program, tmp_path, option, value):
    label = [] if option == "--label" else ["--label", "ALB"]
    done = run("init", *label, option, value, "-C", tmp_path / "node", cwd=tmp_path, status=USAGE)
    assert option in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "node").exists()


def test_init_undoes_only_its_own(program, tmp_path):
    node = tmp_path / "node"
    (node / "keys").mkdir(parents=True)
    (node / "keys/log.key").write_text("somebody's")
    (node / "notes").write_text("mine")
    run("init", "--label", "ALB", "-C", node, cwd=tmp_path, status=None)
    assert {str(p.relative_to(node)) for p in node.rglob("*")} == {"keys", "keys/log.key", "notes"}
    assert (node / "keys/log.key").read_text() == "somebody's"
    (node / "keys/log.key").unlink()
    said = run("init", "--label", "ALB", "--endpoint", "https://node.example.org:8471", "-C", node, cwd=tmp_path).stderr
    assert "TRIAL" in said and "--peer-listen" in said


def test_a_sealed_officer_key_signs(shared, tmp_path):
    (tmp_path / "pass").write_text("correct horse\n")
    run("key", "new", "officer", tmp_path / "o.key", "--seal", "--pass-file", tmp_path / "pass", cwd=tmp_path)
    run("key", "new", "root", tmp_path / "r1.key", cwd=tmp_path)
    run("key", "new", "root", tmp_path / "r2.key", cwd=tmp_path)
    run("key", "new", "root", tmp_path / "next.key", cwd=tmp_path)
    made = run("init", "-C", tmp_path / "node", "--label", "ALB", "--root-key", tmp_path / "r1.key", "--root-key",
               tmp_path / "r2.key", "--threshold", "2", "--next-root-key", tmp_path / "next.key", "--officer-key",
               tmp_path / "o.key", "--pass-file", tmp_path / "pass", "--json", cwd=tmp_path)
    assert json.loads(made.stdout)["trial"] is False
    keys = sorted(p.name for p in (tmp_path / "node/keys").iterdir())
    assert keys == ["log.key", "seal.key", "tls.crt", "tls.key", "witness.key"]
    assert all((p.stat().st_mode & 0o077) == 0 for p in (tmp_path / "node/keys").iterdir() if p.suffix == ".key")
    assert "TRIAL" not in run("key", "fingerprint", "-C", tmp_path / "node", cwd=tmp_path).stdout


def test_fingerprints_agree(pair, tmp_path):
    alb = pair["ALB"]
    own, theirs = alb.json("key", "fingerprint"), pair["HRV"].json("key", "fingerprint", alb.root)
    assert own == theirs and own["member"] == alb.member and len(own["words"].split()) == 12
    assert own["words"] in alb.run("key", "fingerprint").stdout


def test_words_are_compared_where_fingerprints_are(coalition, tmp_path):
    t = coalition()
    alb, hrv = t.add_node("ALB"), t.add_node("HRV")
    words = alb.json("key", "fingerprint", hrv.root)["words"]
    assert run("verify", hrv.root, "--fingerprint", f"  {words.upper().replace(' ', '  ')} ", cwd=tmp_path)
    run("verify", hrv.root, "--fingerprint", words.replace("a", "o", 1) + " x", cwd=tmp_path, status=VERIFY)
    t.found(["ALB", "HRV"])
    alb.run("join", t.charter, "--party", hrv.root, "--fingerprint", words)


def test_a_founder_that_is_not_known_has_not_signed_nothing(coalition, tmp_path):
    t = coalition()
    alb, hrv = t.add_node("ALB"), t.add_node("HRV")
    alb.run("charter", "new", "--name", "Pair", "--member", alb.root, "--member", hrv.root, "-o", tmp_path / "charter")
    alb.run("join", tmp_path / "charter")
    text = alb.run("status").stdout
    line = next(x for x in text.splitlines() if "named as a founder" in x and "not known here" in x)
    assert "signed nothing" not in line, text


def test_version(tmp_path):
    said = run("--version", cwd=tmp_path).stdout
    assert re.fullmatch(r"entente \d+\.\d+\.\d+\n", said) and said.strip() in run("help", cwd=tmp_path).stdout


def test_sync_with_nobody(pair):
    alb = pair["ALB"]
    alb.refuses(UNAVAILABLE, "sync", "UNKNOWN")
    alb.refuses(USAGE, "sync", "ALB")


def test_renewed_keys_are_taken_up(pair):
    alb, hrv = pair["ALB"], pair["HRV"]
    version = alb.json("key", "fingerprint")["version"]
    alb.run("key", "update", "--endpoint", f"https://127.0.0.1:{alb.peer_port}")
    assert alb.json("key", "fingerprint")["version"] == version + 1
    alb.start()
    hrv.run("sync", "ALB")
    alb.stop()
    assert hrv.run("log", "verify")


def test_an_officer_named_before_the_coalition_signs_in_it(coalition, tmp_path):
    """Acts are judged by the root documents in the author's own log: those of before the coalition are its first entries."""
    t = coalition()
    alb, hrv = t.add_node("ALB"), t.add_node("HRV")
    second = tmp_path / "second.key"
    alb.run("key", "new", "officer", second)
    alb.run("key", "update", "--officer-key", second)
    alb.run("key", "root", "-o", alb.root, "-f")
    t.found(["ALB", "HRV"])
    # The officer of before is one no more; the one of now signs.
    alb.run("sign", "-c", t.id, status=None)
    alb.run("sign", "-c", t.id, "--officer", second)
    hrv.run("sign", "-c", t.id)
    for node in t:
        for label in ("ALB", "HRV"):
            node.wait_status(label, "member")
    t.agree()
    kinds = [e.get("kind") for e in hrv.json("log", "show", "--member", "ALB", "--from", "0", "-c", t.id)["entries"]]
    assert kinds.index("root/1") < kinds.index("sign/1"), kinds


def test_one_process_serves_a_node(coalition):
    """A second one is refused and told whose place it is; the place is free when the first ends, however it ends."""
    node = coalition(["ALB", "HRV"])["ALB"]
    assert node.json("status")["serving"]
    told = node.refuses(STATE, "serve")
    assert "another process serves this node already" in told and str(node.process.pid) in told
    node.kill()
    assert not node.json("status")["serving"] and "no process serves this node now" in node.run("status").stderr
    node.start()
    node.stop()
    node.start()
