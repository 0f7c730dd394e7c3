"""All cases, by room; each room has a file of tests of its own, which runs on one worker."""

from recorded import cases_asymptotics, cases_numerics, cases_verify


def _of(*models):
    return lambda: {
        name: case
        for name, case in cases_asymptotics.cases().items()
        if any(name.startswith(f"{model}-") or name.startswith(f"{model}/") for model in models)
    }


def _others():
    networks = {**ROOMS["diagonal"](), **ROOMS["quadratic"]()}
    return {name: case for name, case in cases_asymptotics.cases().items() if name not in networks}


ROOMS = {
    "diagonal": _of("diagonal"),
    "quadratic": _of("quadratic"),
    "others": _others,
    "numerics": cases_numerics.cases,
    "verify": cases_verify.cases,
}
