# The register as one image: `docker build -t cnas-task-register .`, or with its database: compose.yaml.

# --- the few files of the front end ------------------------------------------------------------
FROM node:22.21.1-bookworm-slim AS front-end
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

# --- Python packages, static files and catalogue ---------------------------------------------------
FROM python:3.12.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
WORKDIR /app
COPY requirements.txt requirements-ocr.txt requirements-s3.txt ./
RUN pip install --require-hashes -r requirements.txt
# What reads scans is added by: docker build --build-arg OCR=1 …
ARG OCR=
RUN if [ -n "$OCR" ]; then pip install --require-hashes -r requirements-ocr.txt; fi
# What stores files in an S3-compatible store: docker build --build-arg S3=1 …
ARG S3=
RUN if [ -n "$S3" ]; then pip install --require-hashes -r requirements-s3.txt; fi
COPY . .
COPY --from=front-end /app/static/vendor ./static/vendor
# The key is needed to start Django at all; it signs nothing here and is not in the image.
RUN python -m cnas_tasks.catalogue compile locale/zh_Hans/LC_MESSAGES/django.po locale/zh_Hans/LC_MESSAGES/django.mo \
    && SECRET_KEY=only-while-building python manage.py collectstatic --noinput \
    && rm -rf data

# --- what runs ----------------------------------------------------------------------------------
FROM python:3.12.12-slim-bookworm
ENV PATH="/opt/venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /app register
# What reads .doc, .wps and .rtf is added by: docker build --build-arg OFFICE=1 …; with OCR the fonts that some PDFs want.
ARG OFFICE=
ARG OCR=
RUN packages="${OFFICE:+libreoffice-writer} ${OCR:+fontconfig fonts-noto-cjk}" \
    && if [ "$packages" != " " ]; then \
        apt-get update && apt-get install --yes --no-install-recommends $packages && rm -rf /var/lib/apt/lists/*; \
    fi
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# The only places it writes to: uploaded files, and the database where DATABASE_URL names no other; backups.
RUN install --directory --owner=register /app/data /var/backups/register
VOLUME /app/data
USER register
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "--config", "python:cnas_tasks.server", "--bind", "0.0.0.0:8000"]
