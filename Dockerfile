# One static file and nothing else:
#
#   docker build -t armbody .
#   docker run --rm --network none -v "$PWD:/work:ro" armbody lint
FROM rust:1.95.0-alpine AS build
# The target of this image is musl: what it builds is static.
WORKDIR /src
COPY . .
RUN RUSTFLAGS="$(build/release-flags)" cargo build --release --locked --bin armbody \
 && mkdir /work

FROM scratch
LABEL org.opencontainers.image.title="armbody" \
      org.opencontainers.image.description="Writes and checks the request bodies that manage virtual machines' identities through Azure Resource Manager" \
      org.opencontainers.image.source="https://github.com/OWNER/armbody" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /src/target/release/armbody /armbody
COPY LICENSE-APACHE LICENSE-MIT /
COPY --from=build --chown=65532:65532 /work /work
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/armbody"]
CMD ["lint"]
