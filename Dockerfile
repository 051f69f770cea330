# Any image with Python 3.11 or newer, its venv module included, will do.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
RUN python3 -m venv /opt/syncer
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY connectors connectors
COPY syncer syncer
RUN /opt/syncer/bin/pip install --no-cache-dir '.[postgres]'

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="okr-syncer" \
      org.opencontainers.image.description="Links OKRs to the Jira epics and Asana projects that are meant to move them, and says whether they do." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# The state belongs to the service alone: it is the only folder it writes to.
RUN install -d -o 65532 -g 65532 -m 0700 /data
COPY --from=build /opt/syncer /opt/syncer
ENV PATH="/opt/syncer/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    SYNCER_WORKSPACES=/etc/syncer/workspaces \
    SYNCER_STATE_DIR=/data \
    SYNCER_WEB__HOST=0.0.0.0 \
    SYNCER_LOG__FORMAT=json
USER 65532:65532
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8750
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["syncer", "status", "--probe"]
ENTRYPOINT ["syncer"]
CMD ["serve"]
