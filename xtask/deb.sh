#!/bin/sh
# Tries the package as a city would: installed in a bare Debian, served under its own account, upgraded over running data,
# removed, purged; what was registered must still be there. As root, after `cargo xtask dist`; needs debootstrap.
#   xtask/deb.sh [PACKAGE]
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
deb=${1:-$(ls "$here"/target/dist/bancheng_*.deb | tail -1)}
suite=${BARE_SUITE:-bookworm}
place=${BARE_DIR:-$here/target/bare}
base=$place/deb-base-$suite
root=$place/deb-root
[ "$(id -u)" = 0 ] || { echo "请以 root 运行 / run it as root" >&2; exit 1; }
if [ ! -e "$base/made" ]; then
    mkdir -p "$base"
    debootstrap --variant=minbase --include=adduser,ca-certificates,curl "$suite" "$base"
    touch "$base/made"
fi
rm -rf --one-file-system "$root"
cp -a --one-file-system "$base" "$root"
cp "$deb" "$root/first.deb"
# The same program under a later version: what an upgrade does to the account, the settings and the data.
later=$(mktemp -d)
dpkg-deb -R "$deb" "$later/tree"
sed -i 's/^Version: .*/&+later/' "$later/tree/DEBIAN/control"
dpkg-deb --root-owner-group --build "$later/tree" "$root/second.deb" >/dev/null
rm -rf "$later"

inside='
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 BANCHENG_DATA_DIR=/var/lib/bancheng
log=$(mktemp) && chmod 666 "$log"
served() {
    setpriv --reuid=bancheng --regid=bancheng --clear-groups bancheng serve --listen 127.0.0.1:18181 >"$log" 2>&1 &
    pid=$!
    for n in $(seq 60); do curl -fs --max-time 2 http://127.0.0.1:18181/healthz >/dev/null && break; sleep 0.5; done
    curl -fs http://127.0.0.1:18181/ | grep -q "<html" || { cat "$log"; exit 1; }
    kill $pid; wait $pid || true
}
dpkg -i /first.deb
bancheng --version
[ "$(stat -c "%a %U" /var/lib/bancheng)" = "700 bancheng" ]
[ "$(stat -c "%a %U" /etc/bancheng/env)" = "600 root" ]
served
key=$(sha256sum /var/lib/bancheng/secret.key)
echo "BANCHENG_PROXY_HOPS=1" >>/etc/bancheng/env
dpkg -i /second.deb
grep -q PROXY_HOPS=1 /etc/bancheng/env
[ "$key" = "$(sha256sum /var/lib/bancheng/secret.key)" ]
served
dpkg -r bancheng
[ ! -e /usr/bin/bancheng ] && [ -e /var/lib/bancheng/secret.key ]
dpkg -P bancheng
[ -e /var/lib/bancheng/secret.key ] && [ ! -e /etc/bancheng/env ]
echo "安装、升级、卸载均已试过 / installed, upgraded, removed, purged: the data stayed"
'
unshare --mount --pid --fork --kill-child sh -c '
mount --rbind /dev "$1/dev"; mount -t proc proc "$1/proc"; exec chroot "$1" sh -c "$2"' - "$root" "$inside"
