// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_SLEEPABLE
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct bus *bus;
	struct port *port;
};

static struct port *port_after(struct bus *bus, struct port *prev)
{
	struct port *port;

	mutex_lock(&bus->lock);
	port = prev;
	list_for_each_entry_continue(port, &bus->ports, node) {
		if (kref_get_unless_zero(&port->ref))
			goto out;
	}
	port = NULL;
out:
	mutex_unlock(&bus->lock);
	return port;
}

static struct port *port_first(struct bus *bus)
{
	struct port *port, *found = NULL;

	mutex_lock(&bus->lock);
	list_for_each_entry(port, &bus->ports, node) {
		if (kref_get_unless_zero(&port->ref)) {
			found = port;
			break;
		}
	}
	mutex_unlock(&bus->lock);
	return found;
}

static void port_drop(struct port *port)
{
	kref_put(&port->ref, port_release);
}

static struct port *next_port(struct bpf_iter_x_kern *kit)
{
	struct port *port = NULL;

	while (kit->bus && !port) {
		port = kit->port ? port_after(kit->bus, kit->port) : port_first(kit->bus);
		if (kit->port) {
			port_drop(kit->port);
			kit->port = NULL;
		}
		if (!port)
			kit->bus = bus_next_get(kit->bus);
	}
	return port;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->port = NULL;
	kit->bus = bus_first_get();
	return kit->bus ? 0 : -ENOENT;
}

__bpf_kfunc struct port *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->port = next_port(kit);
	return kit->port;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->port)
		port_drop(kit->port);
	if (kit->bus)
		bus_put(kit->bus);
}
// I04: if (kit->bus)\n\t\tbus_put(kit->bus); ==>
// I04: if (kit->port)\n\t\tport_drop(kit->port);\n\tif (kit->bus) ==> if (kit->bus)
// I14: port_drop(kit->port);\n\t\t\tkit->port = NULL; ==> port_drop(kit->port);
// I14: port = kit->port ? port_after(kit->bus, kit->port) : port_first(kit->bus);\n\t\tif (kit->port) { ==> if (kit->port)\n\t\t\tport_drop(kit->port);\n\t\tport = kit->port ? port_after(kit->bus, kit->port) : port_first(kit->bus);\n\t\tif (kit->port) {
// I01: kit->port = NULL;\n\tkit->bus = bus_first_get(); ==> kit->bus = bus_first_get();
// I01: kit->port = NULL;\n\tkit->bus = ==> if (!nr_buses)\n\t\treturn -ENODEV;\n\tkit->port = NULL;\n\tkit->bus =
// I09: port = NULL;\nout:\n\tmutex_unlock(&bus->lock);\n\treturn port; ==> port = NULL;\n\tmutex_unlock(&bus->lock);\nout:\n\treturn port;
// I02: while (kit->bus && !port) { ==> if (!kit->bus)\n\t\tkit->bus = bus_first_get();\n\twhile (kit->bus && !port) {
// I13: kit->port = next_port(kit);\n\treturn kit->port; ==> kit->port = next_port(kit);\n\tif (kit->port)\n\t\tport_drop(kit->port);\n\treturn kit->port;
// I08: KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE ==> KF_ITER_NEXT | KF_RET_NULL
// I37: BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)\n ==>
