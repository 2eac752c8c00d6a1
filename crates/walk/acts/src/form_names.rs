//! 走访形式的叫法: what people call the forms of a walk in their tables.

use tabular::when;
use walk::Form;
use walk::forms::FORMS;

/// What people call a form besides its own name, without 办 at its end.
const FORMS_CALLED: [(&str, Form); 21] = [
    ("亲自", Form::Oneself),
    ("本人", Form::Oneself),
    ("自己", Form::Oneself),
    ("亲自去", Form::Oneself),
    ("代", Form::OnBehalf),
    ("帮", Form::OnBehalf),
    ("帮代", Form::OnBehalf),
    ("代为", Form::OnBehalf),
    ("陪", Form::Accompany),
    ("陪同群众", Form::Accompany),
    ("坐窗口", Form::AtWindow),
    ("坐窗", Form::AtWindow),
    ("倒推", Form::Backward),
    ("网上", Form::OnlineThroughout),
    ("线上", Form::OnlineThroughout),
    ("网", Form::OnlineThroughout),
    ("全程网", Form::OnlineThroughout),
    ("全程网上", Form::OnlineThroughout),
    ("暗访", Form::Unannounced),
    ("一线暗访", Form::Unannounced),
    ("内部审批", Form::InnerApproval),
];

/// The form that a word means; none where it means none or several.
pub(crate) fn form_named(text: &str) -> Option<Form> {
    let half: String = text.chars().map(when::half_width).filter(|c| !c.is_whitespace()).collect();
    let bare = half.trim_end_matches("办理").trim_end_matches("办事").trim_end_matches('办');
    let called = || {
        let own = FORMS.iter().find(|r| r.zh.trim_end_matches('办') == bare).map(|r| r.form);
        own.or_else(|| FORMS_CALLED.iter().find(|f| f.0 == bare).map(|f| f.1))
    };
    let text = text.trim();
    let fits = |r: &&walk::forms::FormRule| {
        r.zh == text || r.en.eq_ignore_ascii_case(text) || crate::walks::word_of(r.form) == text
    };
    FORMS.iter().find(fits).map(|r| r.form).or_else(called)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_known_as_people_call_them() {
        for (text, form) in [
            ("亲自办", Some(Form::Oneself)),
            ("亲身办", Some(Form::Oneself)),
            ("亲身", Some(Form::Oneself)),
            ("暗访", Some(Form::Unannounced)),
            ("网上办", Some(Form::OnlineThroughout)),
            ("网上办理", Some(Form::OnlineThroughout)),
            ("陪同 办", Some(Form::Accompany)),
            ("代办", Some(Form::OnBehalf)),
            ("坐窗", Some(Form::AtWindow)),
            ("体验式", None),
            ("办", None),
            ("", None),
        ] {
            assert_eq!(form_named(text), form, "{text}");
        }
    }
}
