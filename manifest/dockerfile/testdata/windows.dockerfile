# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
RUN dir c:\ `
  && del x
COPY a `
 b c:\x\
SHELL ["bash", "-c"]
RUN echo `
  a
