# syntax=docker/dockerfile:1
# about all
ARG VERSION=1.2 OTHER
ARG BASE=debian:${VERSION}

# about the stage
FROM --platform=$BUILDPLATFORM ${BASE:-alpine} AS Build
ENV PATH="/opt/bin:$PATH" HOME=/root
ENV LEGACY some  more text
ARG VERSION
ARG VERSION_2="${VERSION}-$OTHER"
  WORKDIR  "/src/my app"
copy --from=base --chown=1000:1000 ["a b", "c\t", "$HOME/"]
COPY a \
  # in between
  b$VERSION \

  /c/
EXPOSE 80/tcp 8000-8010 $PORT
LABEL a=b "c d"='e f' g\ h=i

FROM build
USER ${USER_ID:-0}
RUN echo $HOME
ONBUILD RUN --mount=type=cache,target=/x apk add curl
ONBUILD COPY . /app
HEALTHCHECK --interval=5s --timeout=3s CMD curl -f http://localhost/ || exit 1
HEALTHCHECK NONE
STOPSIGNAL SIGKILL
VOLUME /a /b
VOLUME ["/c"]
MAINTAINER Somebody <s@example.org>
FROM scratch AS empty
CMD
RUN --mount="type=cache,target=/var/cache/apk" -- apk add x
