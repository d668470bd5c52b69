# SPDX-License-Identifier: MIT
"""unittest.TestCase: setUp, tearDown and cleanups each run, setUpClass once."""

import json

pytest_plugins = ["pytester"]

CASES = """
import json, pathlib, unittest
COUNT = dict.fromkeys(("setUpClass", "setUp", "body", "cleanup", "tearDown", "tearDownClass"), 0)

class Counted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        COUNT["setUpClass"] += 1
    @classmethod
    def tearDownClass(cls):
        COUNT["tearDownClass"] += 1
        pathlib.Path("count.json").write_text(json.dumps(COUNT))
    def setUp(self):
        COUNT["setUp"] += 1
        self.state = []
    def tearDown(self):
        COUNT["tearDown"] += 1
    def clean_up(self):
        COUNT["cleanup"] += 1
    def test_it(self):
        self.addCleanup(self.clean_up)
        self.state.append(1)
        assert self.state == [1]
        COUNT["body"] += 1
"""


def test_a_case_is_set_up_each_run_and_its_class_once(run, pytester):
    done = run(CASES)
    runs = done.result_of("test_it")["runs"] + 1
    count = json.loads((pytester.path / "count.json").read_text())
    assert done.verdict("test_it") == "clean"
    assert (count["setUpClass"], count["tearDownClass"]) == (1, 1)
    assert {count[k] for k in ("setUp", "body", "cleanup", "tearDown")} == {runs}


def test_kinds_of_cases(run):
    source = """
        import unittest, pytest
        class Plain(unittest.TestCase):
            def test_plain(self): pass
            async def ignored(self): pass
        class Async(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self): self.ready = True
            async def test_async(self): assert self.ready
        class WithFixture(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def folder(self, tmp_path): self.folder = tmp_path
            def test_fixture(self): assert list(self.folder.iterdir()) == []
        class Leaks(unittest.TestCase):
            kept = []
            def tearDown(self): self.kept.append(object())
            def test_leaks(self): pass
        class Skips(unittest.TestCase):
            def test_skips(self): self.skipTest("no")
            @unittest.expectedFailure
            def test_expected(self): assert 0
            def test_fails(self): assert 0
        """
    done = run(source)
    assert done.verdict("test_plain") == "clean"
    assert done.verdict("test_async") == "clean"
    assert done.verdict("test_fixture") == "clean"
    assert done.verdict("test_leaks") == "leak"
    assert len(done.found) == 4
    done.result.assert_outcomes(passed=3, failed=2, skipped=1, xfailed=1)


def test_a_body_that_unittest_never_runs_is_not_called_clean(run):
    source = """
        import unittest
        from leakcheck import leakcheck
        class Plain(unittest.TestCase):
            async def test_async(self): assert 0
            @leakcheck
            async def test_decorated(self): assert 0
            def test_generator(self): yield
        class Awaited(unittest.TestCase):
            def _callTestMethod(self, method):
                import asyncio
                asyncio.run(method())
            async def test_awaited(self): pass
        """
    done = run(source, "-W", "ignore")
    done.result.assert_outcomes(passed=4)
    for test in ("test_async", "test_decorated", "test_generator"):
        assert done.verdict(test) == "not measured"
        assert done.reason(test).startswith("unittest.TestCase never runs an async def")
    assert done.verdict("test_awaited") == "clean"
