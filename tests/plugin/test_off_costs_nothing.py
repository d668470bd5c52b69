# SPDX-License-Identifier: MIT
"""Without the option and without a mark nothing is loaded and nothing is said."""

pytest_plugins = ["pytester"]

HEAVY = ("leakcheck._core", "leakcheck.measure", "leakcheck.pytest_plugin", "leakcheck.report")


def test_nothing_is_loaded_and_nothing_said(run):
    source = f"""
        import sys
        def test_it():
            assert [m for m in sys.modules if m.startswith({HEAVY!r})] == []
        """
    done = run(source, flag=False)
    done.result.assert_outcomes(passed=1)
    assert done.found == {}
    assert "leakcheck:" not in done.out


def test_no_hook_of_ours_runs_for_a_test(run, pytester):
    source = """
        def test_it(request):
            manager = request.config.pluginmanager
            ours = manager.getplugin("leakcheck.plugin") or manager.getplugin("leakcheck")
            called = [h.name for h in manager.get_hookcallers(ours)]
            assert [n for n in called if n.startswith("pytest_runtest")] == []
        """
    done = run(source, flag=False)
    done.result.assert_outcomes(passed=1)


def test_installed_plugin_is_named_leakcheck():
    import importlib.metadata

    import pytest

    entries = importlib.metadata.entry_points(group="pytest11", name="leakcheck")
    if not entries:
        pytest.skip("leakcheck is not installed here, only on the path")
    assert {entry.value for entry in entries} == {"leakcheck.plugin"}
