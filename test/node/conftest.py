"""Fixtures: coalitions of real nodes, on SQLite or on PostgreSQL."""

import os
import subprocess

import pytest

import entente


@pytest.fixture(scope="session")
def program():
    assert entente.ENTENTE.exists(), f"{entente.ENTENTE} is not built (ENTENTE_BUILD names the build directory)"
    return entente.ENTENTE


@pytest.fixture(scope="session")
def postgres():
    """A server: the one in the environment, or one of our own for this run."""
    if "ENTENTE_TEST_POSTGRES" in os.environ:
        store = entente.Postgres(os.environ["ENTENTE_TEST_POSTGRES"])
        yield store
        store.drop_all()
        return
    server = subprocess.Popen(
        [entente.TOP / "tools/pgtest.py", "sh", "-c", "echo $ENTENTE_TEST_POSTGRES; cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().strip()
    if url:
        yield entente.Postgres(url)
    server.stdin.close()  # ends cat, and with it the server
    status = server.wait(60)
    server.stdout.close()
    if not url:
        assert status == 77, f"pgtest ended with {status}"
        pytest.skip("no PostgreSQL server on this machine")


def make_store(request):
    which = getattr(request, "param", "sqlite")
    return request.getfixturevalue("postgres") if which == "postgres" else entente.Sqlite()


@pytest.fixture
def store(request, program):
    """SQLite, unless the test asks: @pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)."""
    return make_store(request)


def founder(path_maker, store, made):
    def coalition(labels=(), **options):
        c = entente.Coalition(path_maker(), store)
        made.append(c)
        return c.found(labels, **options) if labels else c
    return coalition


def report(request, made):
    failed = any(getattr(request.node, f"failed_{when}", False) for when in ("setup", "call"))
    for c in made:
        for node in c:
            if failed or (node.process and not node.alive()):
                print(f"---- {node.label} ({node.dir}) ----\n{node.log()}")


@pytest.fixture
def coalition(request, tmp_path, store):
    """coalition(labels, **charter): nodes that end with the test."""
    made = []
    yield founder(lambda: tmp_path / f"c{len(made)}", store, made)
    report(request, made)
    died = [n.label for c in made for n in c if n.process and not n.alive()]
    for c in made:
        c.close()
    assert not died, f"died during the test: {died}"


@pytest.fixture(scope="module")
def shared(request, program, tmp_path_factory):
    """The same for a whole file."""
    made = []
    yield founder(lambda: tmp_path_factory.mktemp("shared"), make_store(request), made)
    for c in made:
        c.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, f"failed_{call.when}", outcome.get_result().failed)


def longest_first(items, files):
    """Files run side by side, each as a whole: those that take longest begin first, so that nobody waits for one at the end."""
    order = {name: i for i, name in enumerate(files)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


def pytest_collection_modifyitems(items):
    longest_first(items, ["test_demo", "test_procurement", "test_records", "test_training"])
