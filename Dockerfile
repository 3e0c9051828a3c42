FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md ./
COPY bot bot
COPY handlers handlers
COPY referrals referrals
COPY locales locales
RUN python -m venv /opt/faro && /opt/faro/bin/pip install --no-cache-dir '.[postgres]' \
    && cd / && /opt/faro/bin/python -m bot catalogs

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home faro \
    && mkdir -p /data /keys && chown faro:faro /data /keys && chmod 0700 /data /keys
COPY --from=build /opt/faro /opt/faro
USER faro
WORKDIR /data
ENV PATH=/opt/faro/bin:$PATH PYTHONUNBUFFERED=1 FARO_DATA=/data FARO_KEYS=/keys FARO_HOST=0.0.0.0
# The keys go on another volume than the database: losing one must not give away the other.
VOLUME ["/data", "/keys"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
ENTRYPOINT ["faro"]
CMD ["serve"]
