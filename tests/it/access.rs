//! Accounts: codes, resets, identities, and who may confirm them.

use mainstay::domain::person::Role;
use mainstay::ops::{Act, Password, Request};
use serde_json::json;

use crate::desk::{Desk, PASSWORD, PLAN, go_to, stamp};

#[test]
fn whoever_reset_an_access_cannot_confirm_the_identity_behind_it() {
    let mut desk = Desk::staffed();
    desk.hire("gil", "Gil Example", &[Role::SysAdmin]);
    let ben = desk.people["ben"].person();
    let reset = Act::from(Request::ResetAccess { person: ben }).because("Forgot the password");
    let code = desk.by("gil", reset).unwrap().code.unwrap();
    let at = desk.tick();
    let refusal =
        desk.file.sign_in("ben", &Password::new(PASSWORD), &stamp(at)).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("one-time code"), "the old password is gone: {refusal}");
    let fresh = Password::new("seven lanterns drift past noon");
    let session = desk.file.activate("ben", &code, &fresh, &stamp(at)).unwrap();
    desk.people.insert("ben", session);

    let confirm = Request::VerifyIdentity { person: ben, how: "In person".to_owned() };
    let refusal = desk.by("gil", confirm.clone()).unwrap_err().to_string();
    assert!(refusal.contains("another quality manager or administrator"), "{refusal}");
    desk.by("ana", confirm).unwrap();
    let again =
        desk.file.activate("ben", &code, &fresh, &stamp(desk.now)).map(|_| ()).unwrap_err().to_string();
    assert!(again.contains("used or replaced"), "{again}");
    desk.assert_verifies();
}

#[test]
fn the_recovery_code_restores_only_an_administrator_and_is_replaced() {
    let mut desk = Desk::staffed();
    let fresh = Password::new("seven lanterns drift past noon");
    let at = desk.tick();
    let code = desk.recovery.clone();
    let refusal = desk.file.recover("ben", &code, &fresh, &stamp(at)).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("only a system administrator"), "{refusal}");
    let (ana, next) = desk.file.recover("ana", &code, &fresh, &stamp(at)).unwrap();
    assert!(!ana.name().is_empty() && next != code);
    assert!(desk.file.recover("ana", &code, &fresh, &stamp(at)).is_err(), "the old code is spent");
    assert!(desk.file.recover("ana", &next, &fresh, &stamp(at)).is_ok());
    desk.assert_verifies();
}

#[test]
fn whoever_has_not_used_their_code_or_is_not_confirmed_is_on_the_list_until_it_is_mended() {
    let mut desk = Desk::staffed();
    let invite = Request::InvitePerson {
        login: "gil".to_owned(),
        full_name: "Gil Example".to_owned(),
        roles: vec![Role::Support],
    };
    let receipt = desk.by("ana", invite).unwrap();
    let gil = receipt.record.unwrap();
    let asked = |desk: &Desk| -> Vec<String> {
        let attention = desk.file.attention(desk.now.plus_seconds(30 * 86_400)).unwrap();
        attention.now.iter().filter(|item| item.record == gil).map(|item| item.what.clone()).collect()
    };
    assert_eq!(asked(&desk), ["Hand over the one-time code"]);
    let at = desk.tick();
    desk.file.activate("gil", &receipt.code.unwrap(), &Password::new(PASSWORD), &stamp(at)).unwrap();
    assert_eq!(asked(&desk), ["Confirm the person's identity"]);
    desk.by("ana", Request::VerifyIdentity { person: gil, how: "In person".to_owned() }).unwrap();
    assert!(asked(&desk).is_empty());
}

#[test]
fn a_code_does_not_let_in_whoever_was_deactivated_meanwhile() {
    let mut desk = Desk::new();
    let invite = Request::InvitePerson {
        login: "gil".to_owned(),
        full_name: "Gil Example".to_owned(),
        roles: vec![Role::Support],
    };
    let receipt = desk.by("ana", invite).unwrap();
    let (gil, code) = (receipt.record.unwrap(), receipt.code.unwrap());
    desk.by("ana", Act::from(go_to(gil, "deactivate", json!({}))).because("Did not start")).unwrap();
    let at = desk.tick();
    let refusal =
        desk.file.activate("gil", &code, &Password::new(PASSWORD), &stamp(at)).map(|_| ()).unwrap_err();
    assert!(refusal.to_string().contains("the account is “Inactive”"), "{refusal}");
    assert_eq!(desk.state(gil), "inactive");
    desk.assert_verifies();
}

#[test]
fn who_was_invited_with_a_role_of_the_plan_is_told_to_be_invited_and_not_to_lack_it() {
    let mut desk = Desk::staffed_without_plan();
    let mut invite = |login: &str, roles: Vec<Role>| {
        let (login, full_name) = (login.to_owned(), "Gil Example".to_owned());
        desk.by("ana", Request::InvitePerson { login, full_name, roles }).unwrap().record.unwrap()
    };
    let invited = invite("gil", vec![Role::Management]);
    let other = invite("hal", vec![Role::Support]);
    let rows = json!([{"role": "management", "person": invited}, {"role": "management", "person": other}]);
    desk.edit("ana", PLAN, json!({"roles": rows})).unwrap();
    let page = desk.file.page(PLAN, None, desk.now).unwrap();
    let says = |words: &str| page.notices.iter().any(|notice| notice.contains(words));
    assert!(says(&format!("The invitation of {invited} as Management is open")), "{:?}", page.notices);
    assert!(says(&format!("{other} does not hold the role Management")), "{:?}", page.notices);
    let submit = page.next.iter().find(|next| next.step.name == "submit").unwrap();
    let unmet = submit.conditions.iter().find(|condition| condition.field == Some("roles") && !condition.met);
    let text = &unmet.unwrap().text;
    assert!(text.contains(&format!("{invited} as Management, whose invitation is open")), "{text}");
}
