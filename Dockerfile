# syntax=docker/dockerfile:1
# The portal as one image; web server, worker, sweeper and migration differ only in their command.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock /build/
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes -r /build/requirements.lock

FROM ${PYTHON_IMAGE}
# Pango and its fonts, which WeasyPrint loads to make the PDFs.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent portal \
    && install --directory --mode 700 --owner 10001 --group 10001 /data
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    # Fontconfig wants to keep a cache, and the root file system is read-only.
    XDG_CACHE_HOME=/tmp/cache
WORKDIR /srv/portal
COPY --from=build /opt/venv /opt/venv
COPY . .
# Precompiled, since a read-only container could not keep the result.
RUN python3 -m compileall -q /opt/venv/lib elections exchange_portal scripts \
    && python3 -m scripts.throwaway manage.py collectstatic --noinput
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s CMD ["python3", "-m", "scripts.healthcheck"]
CMD ["gunicorn", "--config", "python:exchange_portal.server", "exchange_portal.wsgi"]
