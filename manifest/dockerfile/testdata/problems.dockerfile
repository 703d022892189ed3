RUN early
FROM a b
FRM x
COPY
RUN echo "unclosed
RUN if true; then
ENV A=${B
ENV C="$A
FROM debian
ARG D=${E:?must be given}
RUN fine
