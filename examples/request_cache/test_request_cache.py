from leak import handle, serve


def test_serve_answers_the_next_request() -> None:
    serve()


def test_the_same_request_is_answered_from_the_cache() -> None:
    assert handle(-1) is handle(-1)
