# A project of its own: ../../tests/test_examples_ci.py runs it as a CI would.
collect_ignore = ["project"]
