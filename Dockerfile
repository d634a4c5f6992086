# glibc, because the embedded server has no musl wheel; two stages, so that no build tool is in the image that runs.
# To build on the very same bytes each time, name a digest: --build-arg PYTHON_IMAGE=python:3.12-slim@sha256:…
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock requirements-build.lock ./
# Only what the locks name, in the versions and with the hashes that they name.
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --no-deps --require-hashes -r requirements-build.lock \
    && python -m venv /opt/earshot \
    && /opt/earshot/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE playbook.example.toml ./
COPY bot ./bot
COPY handlers ./handlers
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /src/dist \
    && /opt/earshot/bin/pip install --no-deps /src/dist/*.whl \
    && /opt/earshot/bin/pip uninstall --yes pip

FROM ${PYTHON_IMAGE}
# One font (3 MB), for charts as pictures; without it, a Slack that refuses charts gets words alone.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/earshot earshot \
    && chmod 0700 /var/lib/earshot
COPY --from=build /opt/earshot /opt/earshot
COPY LICENSE NOTICE /usr/share/doc/earshot/
ENV PATH=/opt/earshot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EARSHOT_DATA=/var/lib/earshot \
    EARSHOT_PLAYBOOK=/etc/earshot/playbook.toml \
    EARSHOT_PORT=8080
USER earshot
WORKDIR /var/lib/earshot
VOLUME /var/lib/earshot
EXPOSE 8080
# Whether this process lives. Whether it may be sent requests is /readyz, which a health check must not ask: a container
# is started again for the first, and only passed over for the second.
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['EARSHOT_PORT'] + '/healthz', timeout=2)"]
# `earshot run` starts as many processes as the container has cores and memory for, and looks after them itself: set
# EARSHOT_PROCESSES=1 to run one process in each container.
STOPSIGNAL SIGTERM
ENTRYPOINT ["earshot"]
CMD ["run"]
