# The server and the ticker. Packages are those of requirements.lock, hashes verified; nothing of the tests is inside.
FROM python:3.12-slim AS made
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
RUN pip install --no-cache-dir uv && python -m venv /relight/.venv
WORKDIR /relight
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY dispatch_server ./dispatch_server
RUN uv pip install --python .venv/bin/python --verify-hashes --constraint requirements.lock ".[server]"

FROM python:3.12-slim
RUN useradd --system --create-home --uid 10001 relight && mkdir /data && chown relight /data
COPY --from=made /relight/.venv /relight/.venv
ENV PATH=/relight/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER relight
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["relight"]
CMD ["serve"]
