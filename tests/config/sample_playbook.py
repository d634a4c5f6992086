"""A playbook to spoil: the least that is right, in which a test changes what it is about."""

BRAND = """
[brand]
name = "Northwind Air"
time_zone = "Europe/Lisbon"
managers = ["U0MIA"]
"""
SUBJECTS = """
[[subjects]]
name = "Northwind"
terms = ["northwind"]

[[subjects]]
name = "Skylark"
kind = "competitor"
terms = ["skylark"]
"""
DEPARTMENTS = """
[[departments]]
name = "care"
channel = "C0CARE"

[[departments]]
name = "sales"
channel = "C0SALES"
"""
LAST = """
[[routes]]
to = "nobody"
"""


def write_playbook(
    *more: str, brand: str = BRAND, subjects: str = SUBJECTS, departments: str = DEPARTMENTS, last: str = LAST
) -> str:
    return "".join([brand, subjects, departments, *(f"\n{part}\n" for part in more), last])


def write_route(*lines: str, to: str = "care") -> str:
    return "\n".join(["[[routes]]", *lines, f'to = "{to}"'])


def write_department(*lines: str) -> str:
    return "\n".join(["[[departments]]", 'name = "third"', 'channel = "C0THIRD"', *lines])
