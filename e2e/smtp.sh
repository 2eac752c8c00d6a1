#!/bin/sh
# The way of mail against a real server: OpenSMTPD of Debian (apt-get install opensmtpd) with a certificate of its own,
# STARTTLS and TLS, sign-in demanded. Needs root, for the server wants it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
chmod 755 "$place"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$place/key.pem" -out "$place/cert.pem" -days 2 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
chmod 600 "$place/key.pem"
printf 'trial %s\n' "$(openssl passwd -6 secret-of-the-trial)" >"$place/names"
cat >"$place/smtpd.conf" <<C
pki localhost cert "$place/cert.pem"
pki localhost key "$place/key.pem"
table names file:$place/names
listen on lo port 2587 tls-require pki localhost auth <names>
listen on lo port 2465 smtps pki localhost auth <names>
action "kept" maildir "$place/mail"
match auth from any for any action "kept"
C
mkdir -m 777 "$place/mail"
smtpd -d -f "$place/smtpd.conf" 2>"$place/log" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$place"' EXIT
sleep 2
user=${SMTP_USER:-daemon}
cd "$here/.."
BANCHENG_SMTP="2587 2465 trial secret-of-the-trial $place/cert.pem $user@localhost" \
  cargo test -p delivery --test acceptance -- --nocapture || { tail -20 "$place/log"; exit 1; }
