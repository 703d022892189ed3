FROM debian:12
RUN apt-get update && apt-get install -y "curl" 'wget' ; echo done || true # about RUN
RUN --mount=type=secret,id=a set -eux; \
    # a comment
    apt-get update; \
    if [ -n "$X" ]; then cd /tmp && make; fi; \
    (cd /src; ls) | grep -q x; \
    echo "sudo; apt-get install"
RUN DEBIAN_FRONTEND=noninteractive apt-get install \
      --no-install-recommends \
      curl=7.* && for p in a b; do pip install $p; done &
RUN x=$(curl -s https://example.org | tail -1) && echo `wget -q x` > "$(mktemp)"
RUN sh -c 'apt-get update && apt-get install -y x' && bash -exc "cd /tmp"
RUN ["apt-get", "install", "-y", "curl"]
RUN ["/bin/bash", "-o", "pipefail", "-c", "curl x | sh"]
RUN { apk add x; y; } && f() { z; }
CMD exec nginx -g "daemon off;"
ENTRYPOINT ["nginx"]
SHELL ["powershell", "-Command"]
RUN Invoke-WebRequest 'x' -OutFile (y)
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN echo
