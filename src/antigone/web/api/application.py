"""The API: the actions of the registry for programs, with a description that says what they take and answer."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig

from antigone import __version__
from antigone.web.api import (
    across,
    administration,
    imports,
    incidents,
    joint,
    keeping,
    models,
    reports,
    typings,
    work,
)
from antigone.web.api.refusals import RESPONSES, Refusal, add_refusals
from antigone.web.requests.visits import Web

API_PATH = "/api"
IMPORT_PATHS = (f"{API_PATH}/import", f"{API_PATH}/import/preview", f"{API_PATH}/model/files")
WORDS = (
    "The actions of a registry, one call each. A program sends a token, which acts in the role of its user and ends on "
    "a day, and says in `Antigone-Purpose` what the call is for. What a role may not do in the browser it may not do "
    "here. Codes travel as parameters, because a code may hold any letter. The software proposes; a person identifies."
)
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_api(web: Web) -> FastAPI:
    """The application under `/api`."""
    api = FastAPI(
        title="Antigone",
        version=__version__,
        description=WORDS,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=RESPONSES,
        servers=[{"url": API_PATH}],
        root_path_in_servers=False,
        telemetry=NO_TELEMETRY,
    )
    api.state.web = web
    for area in (incidents, typings, imports, models, work, joint, across, reports, administration, keeping):
        api.include_router(area.router)
    add_refusals(api)
    api.openapi = lambda: describe(api)  # type: ignore[method-assign]
    return api


def describe(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, with the refusals that are really answered."""
    if api.openapi_schema is None:
        made = get_openapi(
            title=api.title, version=api.version, description=api.description, routes=api.routes, servers=api.servers
        )
        schemas = made["components"]["schemas"]
        refusal = Refusal.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= refusal.pop("$defs") | {"Refusal": refusal}
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        api.openapi_schema = made
    return api.openapi_schema
