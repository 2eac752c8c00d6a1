//! The whole matrix as a page: role × operation, and role × act × relation. Compared with the committed file.

use std::fmt::Write as _;

use kernel::{Relation, Role};
use resolve::{Act, TABLE, Who, Word as _};

use crate::operations::{Operation, reach};

/// `docs/PERMISSIONS.md`.
pub fn permission_matrix() -> String {
    let mut out = String::from(
        "# 权限表 Permissions\n\n由代码生成，请勿手改 (`UPDATE_DOCS=1 cargo nextest run -p access`). Generated.\n\n## 操作 Operations\n\n| 操作 |",
    );
    for role in Role::ALL {
        let _ = write!(out, " {} |", role.zh());
    }
    out.push_str("\n|---|");
    out.push_str(&"---|".repeat(Role::ALL.len()));
    for op in Operation::ALL {
        let _ = write!(out, "\n| {} `{}` |", op.zh(), op.word());
        for role in Role::ALL {
            let _ = write!(out, " {} |", reach(role, *op).map_or("", crate::Reach::zh));
        }
    }
    out.push_str("\n\n## 闭环 Acts of the loop\n\n| 做什么 | 角色 |");
    for relation in Relation::ALL {
        let _ = write!(out, " {} |", relation.zh());
    }
    out.push_str("\n|---|---|");
    out.push_str(&"---|".repeat(Relation::ALL.len()));
    for act in Act::ALL {
        for role in Role::ALL {
            let cells: Vec<bool> = Relation::ALL.iter().map(|rel| may(*act, role, *rel)).collect();
            if cells.contains(&true) {
                let _ = write!(out, "\n| {} `{}` | {} |", act.zh(), act.word(), role.zh());
                for cell in cells {
                    out.push_str(if cell { " ✓ |" } else { " |" });
                }
            }
        }
    }
    out.push('\n');
    out
}

fn may(act: Act, role: Role, relation: Relation) -> bool {
    TABLE.iter().any(|r| r.act == act && r.who.contains(&Who(role, relation)))
}
