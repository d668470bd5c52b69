_audit_trail: list[bytes] = []


def audit(action: str) -> None:
    _audit_trail.append(action.encode())


def log_in(user: str) -> None:
    audit(f"{user} logged in")


def log_out(user: str) -> None:
    audit(f"{user} logged out")


def test_a_visit_is_audited() -> None:
    log_in("ada")
    log_out("ada")
    assert _audit_trail[-1] == b"ada logged out"
