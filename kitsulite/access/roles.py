"""Who somebody is in the studio, whatever the production."""

from collections.abc import Mapping
from typing import Any

from kitsulite.models.people import DepartmentLink
from kitsulite.work.errors import Forbidden
from kitsulite.work.work import Work

Subject = Mapping[str, Any]


def require(allowed: bool) -> None:
    if not allowed:
        raise Forbidden


def is_admin(work: Work) -> bool:
    return work.caller.global_role == "admin"


def is_manager(work: Work) -> bool:
    """Manager of the studio, or admin."""
    return work.caller.global_role in ("admin", "manager")


def is_overseer(work: Work) -> bool:
    """Who sees what others do and spend: supervisors and managers of the studio, admins."""
    return work.caller.global_role in ("admin", "manager", "supervisor")


def is_vendor(work: Work) -> bool:
    """Vendor by the global role."""
    return work.caller.global_role == "vendor"


def is_client(work: Work) -> bool:
    """Client by the global role."""
    return work.caller.global_role == "client"


def departments(work: Work) -> set[str]:
    """The caller's departments; for a supervisor, none means all."""
    if "departments" not in work.memory:
        query = DepartmentLink.select(DepartmentLink.department_id).where(DepartmentLink.person_id == work.caller.id)
        work.memory["departments"] = set(work.db.values(query))
    return work.memory["departments"]


def is_self(work: Work, person_id: str) -> bool:
    """Whether the caller is this person, the id spelled as it is stored."""
    return work.caller.id == person_id


def is_operator(work: Work) -> bool:
    """Whether this is the operator of the machine, at a terminal."""
    return work.caller.identity_type == "operator"


def is_protected(work: Work, person: Subject) -> bool:
    """Whether nobody else may lock a person out: the accounts that the studio's settings name. Bots are none."""
    named = {email.lower() for email in work.settings.protected_accounts}
    return not person["is_bot"] and person["email"] in named


def may_see_of_department(work: Work, department_id: str | None) -> bool:
    """What is kept to a department, if it is to any: who is in it; managers of the studio; admins."""
    return department_id is None or is_manager(work) or department_id in departments(work)
