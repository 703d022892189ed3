FROM debian:12
# above
RUN apt-get update; \
  # in it
  apt-get install curl
RUN <<EOF
cd /tmp
apt-get install curl
EOF
RUN bash <<-A && cat <<B
	cd /a
	A
b
B
USER root
