// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct super_block *sb;
	struct inode *inode;
};

static struct inode *inode_after(struct super_block *sb, struct inode *toput)
{
	struct list_head *at;
	struct inode *inode = NULL;

	spin_lock(&sb->s_inode_list_lock);
	at = toput ? &toput->i_sb_list : &sb->s_inodes;
	for (at = at->next; at != &sb->s_inodes; at = at->next) {
		inode = list_entry(at, struct inode, i_sb_list);
		spin_lock(&inode->i_lock);
		if (!(inode->i_state & (I_NEW | I_FREEING | I_WILL_FREE))) {
			__iget(inode);
			spin_unlock(&inode->i_lock);
			break;
		}
		spin_unlock(&inode->i_lock);
		inode = NULL;
	}
	spin_unlock(&sb->s_inode_list_lock);
	return inode;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct super_block *sb, u32 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->sb = NULL;
	kit->inode = NULL;
	if (flags)
		return -EINVAL;
	if (!atomic_inc_not_zero(&sb->s_active))
		return -ENOENT;
	kit->sb = sb;
	return 0;
}

__bpf_kfunc struct inode *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct inode *inode;

	if (!kit->sb)
		return NULL;
	inode = inode_after(kit->sb, kit->inode);
	iput(kit->inode);
	kit->inode = inode;
	if (!inode) {
		deactivate_super(kit->sb);
		kit->sb = NULL;
	}
	return inode;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	iput(kit->inode);
	if (kit->sb)
		deactivate_super(kit->sb);
}
// I09: \t\t\tspin_unlock(&inode->i_lock);\n\t\t\tbreak; ==> \t\t\tbreak;
// I04: \tkit->inode = inode;\n\tif (!inode) { ==> \tif (!inode) {
// I14: \t\tkit->sb = NULL;\n\t} ==> \t}
// I01: \tkit->sb = NULL;\n\tkit->inode ==> \tkit->inode
// I08: \tspin_unlock(&sb->s_inode_list_lock);\n\treturn inode ==> \tcond_resched();\n\tspin_unlock(&sb->s_inode_list_lock);\n\treturn inode
// I10: \tif (!atomic_inc_not_zero(&sb->s_active))\n\t\treturn -ENOENT;\n ==> 
