# glibc, because the embedded server has no musl wheel; two stages, so that no build tool is in the image that runs.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/earshot
COPY pyproject.toml README.md LICENSE playbook.example.toml ./
COPY bot ./bot
COPY handlers ./handlers
RUN /opt/earshot/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/earshot earshot
COPY --from=build /opt/earshot /opt/earshot
ENV PATH=/opt/earshot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EARSHOT_DATA=/var/lib/earshot \
    EARSHOT_PLAYBOOK=/etc/earshot/playbook.toml \
    EARSHOT_PORT=8080
USER earshot
WORKDIR /var/lib/earshot
VOLUME /var/lib/earshot
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['EARSHOT_PORT'] + '/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["earshot"]
CMD ["run"]
