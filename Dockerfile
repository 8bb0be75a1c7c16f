# The gateway and its documentation: no tests, no compiler, no root user.
FROM python:3.14-slim AS build
WORKDIR /build
COPY requirements/runtime.lock requirements/
RUN python -m venv /app && /app/bin/pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes --only-binary :all: -r requirements/runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY gateway gateway
RUN pip wheel --no-cache-dir --disable-pip-version-check --no-deps --wheel-dir /wheels . \
    && /app/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps /wheels/*.whl \
    && /app/bin/pip uninstall --yes --quiet pip

# The documentation site, which the gateway serves at /docs if GATEWAY_DOCS_PATH=/docs-site.
FROM python:3.14-slim AS docs
WORKDIR /build
COPY requirements/runtime.lock requirements/docs.lock requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
    -r requirements/runtime.lock -r requirements/docs.lock
COPY mkdocs.yml schema.graphql CHANGELOG.md CONTRIBUTING.md SECURITY.md ./
COPY deploy/README.md deploy/
COPY clients clients
COPY examples examples
COPY docs docs
COPY docs_site docs_site
COPY gateway gateway
RUN NO_MKDOCS_2_WARNING=1 python -m mkdocs build --quiet --strict

FROM python:3.14-slim
RUN useradd --system --uid 10001 --no-create-home gateway && install -d -o 10001 -m 700 /state
COPY --from=build /app /app
COPY --from=docs /build/site /docs-site
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    GATEWAY_HOST=0.0.0.0 GATEWAY_PORT=8000 GATEWAY_PROFILE=production \
    GATEWAY_STATE_PATH=/state/gateway.sqlite3
USER 10001
# The journal of cancellations must survive the container.
VOLUME /state
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['GATEWAY_PORT']}/health/live\", timeout=2)"]
CMD ["gateway", "serve"]
