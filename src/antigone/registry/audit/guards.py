"""What the database itself refuses: to change or delete a line of the audit. Whether it still does."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

_ON_SQLITE = {
    f"audit_no_{action.lower()}": (
        f"CREATE TRIGGER audit_no_{action.lower()} BEFORE {action} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
    )
    for action in ("UPDATE", "DELETE")
}
_ON_POSTGRESQL = {
    "audit_append_only": (
        "CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
}
_BODY = "BEGIN RAISE EXCEPTION 'the audit is append-only'; END"
_TRIGGERS = """
SELECT t.tgname, replace(pg_get_triggerdef(t.oid, true), c.relnamespace::regnamespace || '.', ''), t.tgenabled
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
_INTERNAL_OFF = """
SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgisinternal AND t.tgenabled <> 'O' AND c.relnamespace = current_schema()::regnamespace
"""
_FUNCTION = "SELECT btrim(prosrc) FROM pg_proc WHERE proname = 'audit_is_append_only'"
_RULES = "SELECT rulename FROM pg_rules WHERE schemaname = current_schema()"


def check_guards(connection: Connection) -> Iterator[str]:
    """Everything about the triggers of the database that is not as the program made it, in words."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        yield from _differences(_ON_SQLITE, {name: str(made) for name, made in found})
        return
    triggers = connection.execute(text(_TRIGGERS)).all()
    yield from _differences(_ON_POSTGRESQL, {name: made for name, made, _ in triggers})
    yield from (f"trigger '{name}' is switched off" for name, _, enabled in triggers if enabled != "O")
    off = sorted(set(connection.scalars(text(_INTERNAL_OFF))))
    yield from (f"the triggers of table '{name}' that keep its references are switched off" for name in off)
    if connection.scalars(text(_FUNCTION)).all() != [_BODY]:
        yield "function 'audit_is_append_only' does not refuse any more"
    yield from (f"rule '{name}' is not of this program" for name in connection.scalars(text(_RULES)))


def _differences(wanted: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    for name in sorted({*wanted, *found}):
        if name not in found:
            yield f"trigger '{name}' is missing, so lines of the audit can be changed or deleted"
        elif name not in wanted:
            yield f"trigger '{name}' is not of this program"
        elif found[name] != wanted[name]:
            yield f"trigger '{name}' is not as the program made it"
