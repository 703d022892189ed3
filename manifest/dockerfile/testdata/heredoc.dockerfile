FROM debian:12
RUN <<EOF
#!/bin/bash
# plimsoll:ignore x
apt-get update
apt-get install -y curl
EOF
RUN <<-'END' bash -e
	cd /tmp
	make
	END
RUN <<EOF
#!/usr/bin/env python3
import os; os.system("sudo x")
EOF
COPY <<one <<"two" /dir/
# no comment
a $b
one
c
two
RUN cat <<EOF > /etc/x && chmod 600 /etc/x
text; sudo rm
EOF
RUN bash <<EOF
apt-get update
EOF
# behind it
RUN true
