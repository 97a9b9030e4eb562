// Sockets that an app never needs, and addresses that are not its own.
#define _GNU_SOURCE
#include "attempt.h"
#include <arpa/inet.h>
#include <linux/if_alg.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static void families(void) {
    group = "socket families";
    static const struct { const char *name; int family, type, protocol; } kinds[] = {
        {"packet", AF_PACKET, SOCK_RAW, 0x300}, {"packet datagram", AF_PACKET, SOCK_DGRAM, 0x300}, {"raw ICMP", AF_INET, SOCK_RAW, IPPROTO_ICMP},
        {"raw IP", AF_INET, SOCK_RAW, IPPROTO_RAW}, {"raw ICMPv6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6}, {"vsock", AF_VSOCK, SOCK_STREAM, 0},
        {"alg", AF_ALG, SOCK_SEQPACKET, 0}, {"key", AF_KEY, SOCK_RAW, 2}, {"tipc", AF_TIPC, SOCK_RDM, 0}, {"rds", AF_RDS, SOCK_SEQPACKET, 0},
        {"bluetooth", AF_BLUETOOTH, SOCK_RAW, 1}, {"can", AF_CAN, SOCK_RAW, 1}, {"xdp", AF_XDP, SOCK_RAW, 0}, {"ax25", AF_AX25, SOCK_DGRAM, 0},
        {"x25", AF_X25, SOCK_SEQPACKET, 0}, {"nfc", AF_NFC, SOCK_SEQPACKET, 0}, {"kcm", AF_KCM, SOCK_DGRAM, 0}, {"smc", AF_SMC, SOCK_STREAM, 0},
        {"appletalk", AF_APPLETALK, SOCK_DGRAM, 0}, {"phonet", AF_PHONET, SOCK_DGRAM, 0}, {"netlink generic", AF_NETLINK, SOCK_RAW, NETLINK_GENERIC},
        {"netlink netfilter", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER}, {"netlink audit", AF_NETLINK, SOCK_RAW, NETLINK_AUDIT},
        {"netlink uevent", AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT}, {"netlink xfrm", AF_NETLINK, SOCK_RAW, NETLINK_XFRM},
        {"netlink crypto", AF_NETLINK, SOCK_RAW, NETLINK_CRYPTO}, {"netlink connector", AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR},
        {"netlink diagnosis", AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG},
    };
    char name[64];
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        snprintf(name, sizeof name, "socket %s", kinds[i].name);
        TRY(name, socket(kinds[i].family, kinds[i].type, kinds[i].protocol));
    }
    // The kernel makes both sockets, and loads the family's module, before it finds that a family has no pairs.
    int pair[2];
    TRY("socketpair vsock", socketpair(AF_VSOCK, SOCK_DGRAM, 0, pair));
    TRY("socketpair tipc", socketpair(AF_TIPC, SOCK_SEQPACKET, 0, pair));
    TRY("socketpair alg", socketpair(AF_ALG, SOCK_SEQPACKET, 0, pair));
}

static int option(int level, int name, int value) {
    return setsockopt(socket(AF_INET, SOCK_DGRAM, 0), level, name, &value, sizeof value);
}

static void options(void) {
    group = "socket options";
    TRY("SO_MARK", option(SOL_SOCKET, SO_MARK, 1));
    TRY("SO_PRIORITY above 6", option(SOL_SOCKET, SO_PRIORITY, 7));
    TRY("SO_SNDBUFFORCE", option(SOL_SOCKET, SO_SNDBUFFORCE, 1 << 30));
    TRY("IP_TRANSPARENT", option(SOL_IP, IP_TRANSPARENT, 1));
    TRY("packet filter of iptables", option(SOL_IP, 64, 1));
}

// Asks the route socket for a change, and returns what the kernel answers.
static int change(int type, int family) {
    struct { struct nlmsghdr header; char body[32]; } request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE}, .body = {family},
    };
    char answer[4096];
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (fd == -1 || send(fd, &request, sizeof request, 0) == -1 || recv(fd, answer, sizeof answer, 0) == -1)
        return -1;
    close(fd);
    errno = -((struct nlmsgerr *)NLMSG_DATA((struct nlmsghdr *)answer))->error;
    return errno ? -1 : 0;
}

static void configuration(void) {
    group = "network configuration";
    TRY("add an address", change(RTM_NEWADDR, AF_INET));
    TRY("add a route", change(RTM_NEWROUTE, AF_INET));
    TRY("add a neighbour", change(RTM_NEWNEIGH, AF_INET));
    TRY("add an interface", change(RTM_NEWLINK, AF_UNSPEC));
    TRY("add a queue without limit", change(RTM_NEWQDISC, AF_UNSPEC));
    TRY("add an address of IPv6", change(RTM_NEWADDR, AF_INET6));
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq interface = {.ifr_name = "eth0", .ifr_flags = IFF_UP | IFF_PROMISC};
    TRY("promiscuous interface", ioctl(fd, SIOCSIFFLAGS, &interface));
    interface.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    TRY("change the hardware address", ioctl(fd, SIOCSIFHWADDR, &interface));
    struct arpreq entry = {.arp_pa.sa_family = AF_INET, .arp_flags = ATF_PERM | ATF_COM, .arp_dev = "eth0"};
    TRY("set an ARP entry", ioctl(fd, SIOCSARP, &entry));
}

// IP_FREEBIND needs no privilege: whether a packet leaves with the address is the question.
static int send_from(const char *source) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(4000)}, to = {.sin_family = AF_INET, .sin_port = htons(9)};
    inet_aton(source, &from.sin_addr);
    inet_aton("198.18.0.1", &to.sin_addr);
    int one = 1;
    setsockopt(fd, SOL_IP, IP_FREEBIND, &one, sizeof one);
    return bind(fd, (void *)&from, sizeof from) == -1 ? -1 : (int)sendto(fd, "x", 1, 0, (void *)&to, sizeof to);
}

static int reach(const char *address) {
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(22), .sin6_scope_id = if_nametoindex("eth0")};
    inet_pton(AF_INET6, address, &to.sin6_addr);
    return connect(fd, (void *)&to, sizeof to);
}

static void addresses(const char *own, const char *neighbour) {
    group = "allowed";
    TRY("send from the own address", send_from(own));
    group = "source addresses";
    TRY("send from a neighbour's address", send_from(neighbour));
    TRY("send from an address of the world", send_from("198.51.100.1"));
    TRY("send from the metadata address", send_from("169.254.169.254"));
    group = "IPv6";
    TRY("reach loopback", reach("::1"));
    TRY("reach link-local", reach("fe80::1"));
    TRY("reach all neighbours", reach("ff02::1"));
    TRY("reach metadata", reach("fd00:ec2::254"));
    TRY("reach the world", reach("2001:db8::1"));
}

void network_attempts(const char *own, const char *neighbour) {
    families();
    options();
    configuration();
    addresses(own, neighbour);
}
