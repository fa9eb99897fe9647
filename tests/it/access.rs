//! Accounts: codes, resets, identities, and who may confirm them.

use mainstay::domain::person::Role;
use mainstay::ops::{Act, Password, Request};

use crate::desk::{Desk, PASSWORD, stamp};

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
