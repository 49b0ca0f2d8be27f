# One image for API, worker, pages and migrations. Build: docker build -t stator --target production .
# The tag names one release of Deno; pin it by digest where images are mirrored: docker buildx imagetools inspect.
ARG DENO_IMAGE=denoland/deno:debian-2.9.6

FROM ${DENO_IMAGE} AS builder
WORKDIR /app
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
# Dependencies first: a changed source file does not fetch them again.
COPY deno.json deno.lock ./
RUN deno install --frozen
COPY main.ts ./
COPY src ./src
COPY migrations ./migrations
COPY machines ./machines
RUN deno cache --frozen main.ts && deno check main.ts

FROM ${DENO_IMAGE} AS production
# What this image is by default: api, worker or ui.
ARG SERVICE=api
# Kept for existing build scripts; the version is that of deno.json.
ARG SETUPTOOLS_SCM_PRETEND_VERSION=
ENV DENO_DIR=/deno-dir \
  DENO_NO_UPDATE_CHECK=1 \
  NO_COLOR=1 \
  SERVICE=${SERVICE} \
  API_HOST=0.0.0.0 \
  PYSTATOR_WORKER_HEALTH_SERVER_ENABLED=true \
  UI_HOST=0.0.0.0
WORKDIR /app
RUN groupadd --system --gid 10001 appuser \
  && useradd --system --uid 10001 --gid appuser --home-dir /app --shell /usr/sbin/nologin appuser \
  && mkdir -p /app/data /app/logs \
  && chown appuser:appuser /app/data /app/logs
COPY --from=builder /deno-dir /deno-dir
COPY --from=builder /app /app
COPY deploy/image/entrypoint deploy/image/healthcheck deploy/image/stator /usr/local/bin/
RUN ln -s stator /usr/local/bin/pystator && chmod -R a+rX /app /deno-dir \
  && chmod 0755 /usr/local/bin/entrypoint /usr/local/bin/healthcheck /usr/local/bin/stator
USER 10001:10001
EXPOSE 8000 8004 3000 3004 9090
HEALTHCHECK --interval=30s --timeout=10s --start-period=15s --retries=3 CMD ["healthcheck"]
ENTRYPOINT ["entrypoint"]
# Without words the entrypoint starts $SERVICE, on 0.0.0.0:8000 for the API.
CMD []

# The pages are part of every image; this target only starts them by default.
FROM production AS production-ui
ENV SERVICE=ui

FROM production
