#!/bin/sh
# Run by PostgreSQL's image when it makes the database: the application's role, to which no table belongs.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$DATABASE_PASSWORD" --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE ROLE register LOGIN PASSWORD :'password';
SQL
