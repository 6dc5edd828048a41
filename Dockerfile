# The pipeline as a service: documents in /seeds, everything else in /data. Prefect is told where with PREFECT_API_URL.
FROM python:3.12-slim AS build
COPY . /src
WORKDIR /src
RUN python -m venv /opt/baogao \
    && /opt/baogao/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock \
    && /opt/baogao/bin/pip install --no-cache-dir --no-build-isolation --no-deps .

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 baogao && mkdir /seeds /data && chown baogao /seeds /data
COPY --from=build /opt/baogao /opt/baogao
ENV PATH=/opt/baogao/bin:$PATH PYTHONUNBUFFERED=1 DO_NOT_TRACK=1
USER 10001
WORKDIR /data
VOLUME ["/seeds", "/data"]
# Healthy while the published warehouse opens; a container that has not finished its first run is starting.
HEALTHCHECK --interval=5m --timeout=30s --start-period=30m CMD ["baogao", "query", "--data", "/data", "SELECT 1"]
ENTRYPOINT ["baogao"]
CMD ["serve", "--cron", "0 6 * * *", "--seeds", "/seeds", "--data", "/data"]
