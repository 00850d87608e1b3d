# Build: the same toolchain as everybody, dependencies in a layer of their own.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
# A shell of the crate builds the dependencies, so that a change of our code doesn't build them again.
RUN mkdir -p src tests && echo 'fn main() {}' > src/main.rs && touch src/lib.rs && echo 'fn main() {}' > tests/main.rs \
    && cargo build --release --locked --bin canvass \
    && rm -rf src tests
COPY . .
RUN touch src/main.rs src/lib.rs && cargo build --release --locked --bin canvass \
    && strip target/release/canvass

# Run: the program, certificates, time zones and nothing else; not as root.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin canvass \
    && install -d -o canvass -g canvass -m 0700 /data /config
COPY --from=build /src/target/release/canvass /usr/local/bin/canvass
USER canvass
ENV CANVASS_CONFIG=/config CANVASS_DATA=/data CANVASS_LISTEN=0.0.0.0:8080 CANVASS_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
# The program asks its own /healthz: the image needs no other client. Not /readyz: a restart fixes no token.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["canvass", "health", "--alive"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "canvass"]
CMD ["run"]
