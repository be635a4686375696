# Two stages: packages and static files are made in the first; the second carries no build tool and no root.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
# An office with its own package mirror names it here; the lock fixes the content by hash either way.
ARG PIP_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1 PIP_INDEX_URL=${PIP_INDEX_URL}
WORKDIR /srv/enclave
COPY pyproject.toml uv.lock ./
COPY scripts/bootstrap scripts/environment.py scripts/lock.py scripts/
RUN test -n "$PIP_INDEX_URL" || unset PIP_INDEX_URL; \
    ./scripts/bootstrap --no-dev \
    && .venv/bin/python -m pip uninstall --quiet --yes uv pip \
    && rm -rf .venv/lock .devstack
COPY . .
# Collecting needs settings but no secret and no server: these values end with this step.
RUN .venv/bin/python scripts/messages.py compile \
    && SECRET_KEY=unused DATABASE_URL=postgresql:///unused REDIS_URL=redis://unused ALLOWED_HOSTS=unused \
       DJANGO_SETTINGS_MODULE=config.settings.production STATIC_ROOT=/srv/static \
       .venv/bin/python manage.py collectstatic --no-input -v 0 \
    && .venv/bin/python -m compileall -q -x '\.venv/' .

FROM ${PYTHON_IMAGE}
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PATH=/srv/enclave/.venv/bin:$PATH \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    STATIC_ROOT=/srv/static MEDIA_ROOT=/srv/media
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin enclave \
    && install -d -o enclave -g enclave /srv/media /srv/published
COPY --from=build /srv/enclave /srv/enclave
COPY --from=build /srv/static /srv/static
WORKDIR /srv/enclave
USER enclave
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=40s --retries=4 CMD ["python", "deploy/healthcheck.py", "web"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "config.wsgi:application"]
