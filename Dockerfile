# The register as one image: `docker build -t cnas-task-register .`, or with its database: compose.yaml.

# --- the few files of the front end ------------------------------------------------------------
FROM node:22-slim AS front-end
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

# --- Python packages, static files and catalogue ---------------------------------------------------
FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
WORKDIR /app
COPY requirements.txt requirements-ocr.txt ./
RUN pip install --require-hashes -r requirements.txt
# What reads scans is added by: docker build --build-arg OCR=1 …
ARG OCR=
RUN if [ -n "$OCR" ]; then pip install --require-hashes -r requirements-ocr.txt; fi
COPY . .
COPY --from=front-end /app/static/vendor ./static/vendor
# The key is needed to start Django at all; it signs nothing here and is not in the image.
RUN python -m cnas_tasks.catalogue compile locale/zh_Hans/LC_MESSAGES/django.po locale/zh_Hans/LC_MESSAGES/django.mo \
    && SECRET_KEY=only-while-building python manage.py collectstatic --noinput \
    && rm -rf data

# --- what runs ----------------------------------------------------------------------------------
FROM python:3.12-slim
ENV PATH="/opt/venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /app register
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# The only place it writes to: uploaded files, and the database where DATABASE_URL names no other.
RUN install --directory --owner=register /app/data
VOLUME /app/data
USER register
EXPOSE 8000
# Asked under a name that ALLOWED_HOSTS allows, as a reader's browser would.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import os, urllib.request as u; \
host = os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].lstrip('.'); \
u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=4)"]
CMD ["gunicorn", "cnas_tasks.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--threads=4", "--limit-request-line=8190", "--worker-tmp-dir=/dev/shm"]
