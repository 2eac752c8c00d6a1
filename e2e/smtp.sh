#!/bin/sh
# The way of mail against a real server: Postfix of Debian (apt-get install postfix sasl2-bin libsasl2-modules) with a
# certificate of its own, STARTTLS on 2587 and TLS on 2465, sign-in demanded. What it takes it discards. Needs root, for the
# server wants it; /etc/postfix is not touched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
list=/etc/sasldb2
# The list of names gets its mode and owner back; without one before there is none afterwards.
before=$(stat -c '%u:%g %a' "$list" 2>/dev/null || true)
ended() {
  postfix -c "$place/etc" stop >/dev/null 2>&1 || true
  saslpasswd2 -d -u localhost trial || true
  if [ -n "$before" ]; then
    chown "${before% *}" "$list"
    chmod "${before#* }" "$list"
  else
    rm -f "$list"
  fi
  rm -rf "$place"
}
trap ended EXIT
chmod 755 "$place"
mkdir "$place/queue" "$place/data" "$place/etc"
chown postfix "$place/data"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$place/root.key" -out "$place/root.pem" -days 2 -subj /CN=trial 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout "$place/key.pem" -out "$place/asked.pem" -subj /CN=localhost 2>/dev/null
printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >"$place/extensions"
openssl x509 -req -in "$place/asked.pem" -CA "$place/root.pem" -CAkey "$place/root.key" -CAcreateserial -days 2 \
  -extfile "$place/extensions" -out "$place/cert.pem" 2>/dev/null
# The name of the trial stands in the list of this machine as long as it runs.
echo secret-of-the-trial | saslpasswd2 -p -c -u localhost trial
chgrp postfix "$list"
chmod 640 "$list"
cat >"$place/etc/main.cf" <<C
compatibility_level = 3.6
queue_directory = $place/queue
data_directory = $place/data
maillog_file = $place/mail.log
maillog_file_prefixes = $place
myhostname = localhost
inet_interfaces = loopback-only
mydestination =
alias_maps =
relay_domains =
default_transport = discard
smtpd_tls_cert_file = $place/cert.pem
smtpd_tls_key_file = $place/key.pem
smtpd_tls_security_level = encrypt
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = localhost
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_rate_limit = 0
C
cat >"$place/etc/master.cf" <<C
127.0.0.1:2587 inet n - n - - smtpd
127.0.0.1:2465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
C
postfix -c "$place/etc" start >"$place/log" 2>&1
sleep 2
cd "$here/.."
BANCHENG_SMTP="2587 2465 trial@localhost secret-of-the-trial $place/root.pem duty@example.cn" \
  ${TRY:-cargo test -p delivery --test acceptance -- --nocapture} || { cat "$place/log" "$place/mail.log"; exit 1; }
