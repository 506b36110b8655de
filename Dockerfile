# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
RUN python -m venv /opt/docqa
ENV PATH=/opt/docqa/bin:$PATH
WORKDIR /source
# What docqa needs is installed before its code is there, so that a change of the code does not install it again.
COPY pyproject.toml README.md LICENSE ./
RUN --mount=type=cache,target=/root/.cache/pip \
    mkdir docqa ingest ui && touch docqa/__init__.py ingest/__init__.py ui/__init__.py && pip install '.[postgres,s3]'
COPY docqa docqa
COPY ingest ingest
COPY ui ui
RUN pip install --no-deps --no-cache-dir --force-reinstall .

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home docqa && install -d -o docqa -g docqa /data
COPY --from=build /opt/docqa /opt/docqa
ENV PATH=/opt/docqa/bin:$PATH DOCQA_DATA=/data PYTHONUNBUFFERED=1
USER docqa
WORKDIR /home/docqa
VOLUME /data
EXPOSE 8100 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8100/health', timeout=4)"]
ENTRYPOINT ["docqa"]
CMD ["serve"]
