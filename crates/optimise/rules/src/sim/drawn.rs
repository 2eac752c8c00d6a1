//! 图上所画: what a drawing says that a simulation cannot do, or does as the reference tool does it.

use kernel::Said;

use crate::OptimiseError;

/// Refuses what a simulation would leave out: several processes, several beginnings, conditions on flows out of a task; and says what it
/// does as the reference tool does: a step marked to be done over and over is done once, an end that terminates is an ordinary one.
pub(super) fn exact(bpmn: &str) -> Result<Vec<Said>, OptimiseError> {
    use eventlog::bpmn::NodeKind;
    let Ok(model) = eventlog::bpmn::read_bpmn(bpmn.as_bytes(), eventlog::Limits::small()) else {
        return Ok(Vec::new());
    };
    let refuse = |zh: String, en: String| Err(OptimiseError::cannot(zh, en));
    let processes = model.beginning();
    if let [first, second, ..] = processes.as_slice() {
        return refuse(
            format!("图里有几个流程（“{}”、“{}”…），一次只能仿真一个，请分开", first.id, second.id),
            format!(
                "several processes ({:?}, {:?} …): one is simulated at a time, divide them",
                first.id, second.id
            ),
        );
    }
    let Some(process) = processes.first() else { return Ok(Vec::new()) };
    let scope = &process.scope;
    if scope.nodes.iter().filter(|n| n.kind == NodeKind::StartEvent).nth(1).is_some() {
        return refuse(
            "流程有几个开始，请合为一个".into(),
            "the process has several starts: make them one".into(),
        );
    }
    let parallel = scope.nodes.iter().any(|n| matches!(n.kind, NodeKind::Parallel | NodeKind::Inclusive));
    let mut once = Vec::new();
    for n in &scope.nodes {
        let name = n.called();
        if n.repeats().is_some() {
            once.push(Said::new(
                format!("“{name}”带循环或多实例标记，这里按只办一次仿真；要重复的请用排他网关画出返回的路"),
                format!("{name:?} is marked to be done over and over and is done once here: draw the way back with an exclusive gateway"),
            ));
        }
        if n.terminates() && parallel {
            once.push(Said::new(
                format!("“{name}”是终止事件，会中断并行的其他环节；这里按普通结束仿真，并行的环节都会办完"),
                format!("{name:?} terminates what runs beside it and is an ordinary end here: what runs beside it is done to its end"),
            ));
        }
    }
    let conditional = scope.flows.iter().find(|f| {
        f.details.iter().any(|d| d.name == "conditionExpression")
            && scope.nodes.iter().any(|n| n.id == f.source && n.kind == NodeKind::Task)
    });
    if let Some(flow) = conditional {
        return refuse(
            format!("从环节直接引出的条件连线（{}）仿真不了；请在环节后面加网关", flow.id),
            format!("a conditional flow out of a task ({}): put a gateway behind the task", flow.id),
        );
    }
    Ok(once)
}

/// That cases may become more and more in a process, and where.
pub(super) fn growth(bpmn: &str) -> Option<Said> {
    let model = eventlog::bpmn::read_bpmn(bpmn.as_bytes(), eventlog::Limits::small()).ok()?;
    match eventlog::conform::bounded(&eventlog::bpmn::to_net(&model).ok()?) {
        Err(eventlog::Error::Model(said)) => Some(Said::of_both(&said)),
        _ => None,
    }
}
